#include "drivers/io/road_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/checksum.hpp"
#include "drivers/base/positioned_io.hpp"
#include "drivers/io/dealing.hpp"
#include "drivers/io/edge_cells.hpp"
#include "drivers/io/file_system.hpp"
#include "drivers/io/io_patience.hpp"
#include "kernels/bits.hpp"
#include "kernels/packed_road.hpp"
#include "kernels/road_hash.hpp"

namespace trafficbench {

static_assert(std::endian::native == std::endian::little, "road files are little-endian");

namespace {

constexpr char kMagic[9] = "TRAFROAD";
constexpr std::uint64_t kFormatVersion = 3;

/// Bytes before the cells, of each version from 1 on.
constexpr std::int64_t kHeaderBytes[] = {40, 48, kBlockBytes};
constexpr std::size_t kHeaderWords = kBlockWords;
using HeaderWords = std::array<std::uint64_t, kHeaderWords>;

/// Of the words before the one that holds it, which is the header's last.
std::uint64_t checksum_of(const HeaderWords& words, std::int64_t header_bytes) {
  return checksum({reinterpret_cast<const char*>(words.data()), static_cast<std::size_t>(header_bytes - 8)});
}

HeaderWords encode(const RoadFileHeader& header) {
  HeaderWords words{};
  std::memcpy(words.data(), kMagic, 8);
  words[1] = kFormatVersion;
  words[2] = static_cast<std::uint64_t>(header.cells);
  words[3] = static_cast<std::uint64_t>(header.iteration);
  words[4] = header.hash;
  words.back() = checksum_of(words, kBlockBytes);
  return words;
}

/// One phase on all ranks.
template <typename Task>
void phase(Communicator& comm, IoFiles& files, const Task& task) {
  try {
    together(comm, task);
  } catch (const WorkFailed&) {
    files.close_after_failure();
    throw;
  }
}

/// The parts of all ranks in the road's order.
std::vector<RoadPart> parts_of(int ranks, const std::function<std::vector<Block>(int rank)>& blocks_of) {
  std::vector<RoadPart> parts;
  for (int rank = 0; rank < ranks; ++rank) {
    for (const Block& block : blocks_of(rank)) {
      if (block.cells > 0) parts.push_back(part_of(rank, block));
    }
  }
  std::ranges::sort(parts, {}, [](const RoadPart& part) { return part.cells.first; });
  return parts;
}

/// Indices of parts, cut so that each rank has one at most in each cut: a rank that has the road's beginning and its
/// end writes the one after the other.
std::vector<std::vector<std::size_t>> one_each(std::span<const RoadPart> parts, int ranks) {
  std::vector<std::vector<std::size_t>> cuts;
  std::vector<std::size_t> seen(static_cast<std::size_t>(ranks));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t cut = seen[static_cast<std::size_t>(parts[i].rank)]++;
    if (cut == cuts.size()) cuts.emplace_back();
    cuts[cut].push_back(i);
  }
  return cuts;
}

/// All blocks of a road, moved round by round.
class Transfer {
 public:
  /// `bytes`: of all ranks, to be moved.
  Transfer(Communicator& comm, const FileRounds& rounds, std::int64_t bytes)
      : comm_(comm), rounds_(rounds), bytes_(bytes), most_blocks_(rounds.most_blocks) {
    constexpr std::int64_t kRoundBlocks = (std::int64_t{256} << 20) / kBlockBytes;
    if (most_blocks_ == 0) most_blocks_ = std::max(kRoundBlocks / comm.size(), PartSource::kPieceBlocks);
  }

  /// Collective: whether to make another round.
  bool goes_on() const { return rounds_.go_on(moved_, bytes_); }

  /// Collective: `parts`: one of each rank, perhaps an empty one. Calls task(dealing, own part) for each round, in
  /// which parts have fewer blocks. False if it was left before its end.
  template <typename Task>
  bool move(std::span<const RoadPart> parts, const Task& task) {
    const std::int64_t longest =
        std::ranges::max(parts, {}, [](const RoadPart& part) { return part.blocks.count; }).blocks.count;
    for (std::int64_t first = 0; first < longest; first += most_blocks_) {
      if (!goes_on()) return false;
      std::vector<BlockRun> runs;
      for (const RoadPart& part : parts) {
        runs.push_back(part.blocks.part(first, std::clamp<std::int64_t>(part.blocks.count - first, 0, most_blocks_)));
      }
      RoadPart own = parts[static_cast<std::size_t>(comm_.rank())];
      own.blocks = runs[static_cast<std::size_t>(comm_.rank())];
      Dealing dealing(std::move(runs));
      const std::int64_t bytes = dealing.bytes();
      task(std::move(dealing), own);
      moved_ += bytes;
    }
    return true;
  }

 private:
  Communicator& comm_;
  const FileRounds& rounds_;
  std::int64_t bytes_;
  std::int64_t most_blocks_;
  std::int64_t moved_ = 0;
};

}  // namespace

RoadFile::RoadFile(const std::string& path) : path_(path), file_(open_to_read(path)) {
  const auto refuse = [&](const std::string& why) { throw BadInput(fmt::format("{} {}", path, why)); };
  struct stat status {};
  if (fstat(file_.get(), &status) != 0) refuse(fmt::format("cannot be read: {}", system_text()));
  const auto take = [&](std::int64_t at, std::int64_t bytes, void* to) {
    if (!read_bytes(at, bytes, to)) throw BadInput(fault());
  };
  const std::string no_road_file = "is not a road file: one is written by `trafficbench run --save PATH`";
  HeaderWords words{};
  if (status.st_size < kHeaderBytes[0]) refuse(no_road_file);
  take(0, std::min<std::int64_t>(kBlockBytes, status.st_size), words.data());
  if (std::memcmp(words.data(), kMagic, 8) != 0) refuse(no_road_file);
  if (words[1] < 1 || words[1] > kFormatVersion) {
    refuse(fmt::format("is a road file of format version {}: this program reads versions 1 to {}", words[1],
                       kFormatVersion));
  }
  header_bytes_ = kHeaderBytes[words[1] - 1];
  header_ = {static_cast<std::int64_t>(words[2]), static_cast<std::int64_t>(words[3]), words[4]};
  if (header_.cells < 1 || header_.cells > kMaxCells) refuse(fmt::format("claims to hold {} cells: damaged", words[2]));
  if (header_.iteration < 0 || header_.iteration > kMaxIterations) {
    refuse(fmt::format("claims to have made {} iterations: damaged", words[3]));
  }
  const std::int64_t expected = header_bytes_ + 8 * words_for(header_.cells);
  if (status.st_size != expected) {
    refuse(fmt::format("has {} bytes, but a road of {} cells takes {}: truncated or damaged",
                       static_cast<std::int64_t>(status.st_size), header_.cells, expected));
  }
  if (words[1] != 1 && words[static_cast<std::size_t>(header_bytes_ / 8 - 1)] != checksum_of(words, header_bytes_)) {
    refuse("is damaged: its header does not agree with its checksum");
  }
  std::uint64_t last = 0;
  take(expected - 8, 8, &last);
  if (const std::int64_t used = header_.cells % kWordCells; used != 0 && (last >> used) != 0) {
    refuse("is damaged: there are cars beyond its last cell");
  }
}

bool RoadFile::read_bytes(std::int64_t at, std::int64_t bytes, void* to) const {
  const std::string why_not = read_at(file_.get(), at, bytes, to);
  if (why_not.empty()) return true;
  const std::scoped_lock lock(mutex_);
  if (fault_.empty()) fault_ = fmt::format("{} cannot be read: {}", path_, why_not);
  return false;
}

void RoadFile::read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const {
  if (count <= 0) return;
  const std::int64_t first_word = first / kWordCells;
  const std::int64_t end_word = words_for(first + count);
  std::vector<std::uint64_t> words(static_cast<std::size_t>(end_word - first_word));
  if (!read_bytes(header_bytes_ + 8 * first_word, 8 * (end_word - first_word), words.data())) {
    std::ranges::fill(words, 0);
  }
  const std::int64_t shift = first % kWordCells;
  for (std::int64_t done = 0; done < count; done += kWordCells) {
    out[static_cast<std::size_t>(done / kWordCells)] =
        get_cells(words, shift + done, std::min(kWordCells, count - done));
  }
}

std::string RoadFile::fault() const {
  const std::scoped_lock lock(mutex_);
  return fault_;
}

void RoadFile::check_cells() const {
  RoadHash hash;
  hash.add(*this, 0, header_.cells, 0);
  if (const std::string why = fault(); !why.empty()) throw BadInput(why);
  if (hash.finish(header_.cells) != header_.hash) {
    throw BadInput(fmt::format("{} is damaged: its cells do not agree with its hash", path_));
  }
}

std::span<const IoMethod> road_file_methods() {
  static const std::vector<IoMethod> methods = [] {
    std::vector<IoMethod> fitting;
    std::ranges::copy_if(io_methods(), std::back_inserter(fitting), &IoMethod::one_plain_file);
    return fitting;
  }();
  return methods;
}

std::int64_t road_file_bytes(std::int64_t cells) { return kHeaderBytes[2] + 8 * words_for(cells); }

bool save_road(Communicator& comm, const IoMethod& method, const RoadFileHeader& header, const CellSource& road,
               const std::function<std::vector<Block>(int rank)>& own_blocks, NewFile* file, const FileRounds& rounds) {
  // Other ranks may have been started in other folders.
  const std::string own_path = file == nullptr ? "" : absolute_path(file->temporary());
  const std::string path = text_of_rank_0(comm, own_path);
  const std::string name = text_of_rank_0(comm, file == nullptr ? "" : file->path());
  const auto fail = [&] { throw WorkFailed(fmt::format("cannot write {}: {}", name, system_text())); };
  // Whole blocks are written, and the last one is cut at the end.
  const auto set_length = [&](std::int64_t bytes) {
    if (file != nullptr && ftruncate(file->descriptor(), kBlockBytes + bytes) != 0) fail();
  };
  together(comm, [&] { set_length(kBlockBytes * blocks_for(header.cells)); });

  const std::vector<RoadPart> parts = parts_of(comm.size(), own_blocks);
  const std::vector<std::vector<std::uint64_t>> edges = fetch_edges(comm, parts, road);
  const std::int64_t bytes = kBlockBytes * blocks_for(header.cells);
  std::optional<IoPatience> patience;
  if (method.may_hang) {
    patience.emplace(comm.rank(), usual_patience(bytes), "write", name, method, Hints{},
                     [file] { return file == nullptr ? std::string() : file->temporary(); });
  }
  Transfer transfer(comm, rounds, bytes);
  for (const std::vector<std::size_t>& cut : one_each(parts, comm.size())) {
    std::vector<RoadPart> of_ranks(static_cast<std::size_t>(comm.size()));
    std::vector<std::uint64_t> edge;
    for (const std::size_t i : cut) {
      of_ranks[static_cast<std::size_t>(parts[i].rank)] = parts[i];
      if (parts[i].rank == comm.rank()) edge = edges[i];
    }
    const bool is_whole = transfer.move(of_ranks, [&](Dealing dealing, const RoadPart& own) {
      const IoTask task{.comm = &comm,
                        .dealing = std::move(dealing),
                        .nodes = {},
                        .path = path,
                        .hints = {},
                        .header_bytes = kBlockBytes,
                        .is_made = true};
      PartSource source(road, own, edge);
      const std::unique_ptr<IoFiles> files = method.make(task, comm.rank());
      phase(comm, *files, [&] { files->open_to_write(); });
      phase(comm, *files, [&] { files->write(source); });
      phase(comm, *files, [&] { files->sync(); });
      phase(comm, *files, [&] { files->close(); });
    });
    if (!is_whole) return false;
  }
  if (!transfer.goes_on()) return false;
  patience.reset();

  together(comm, [&] {
    if (file == nullptr) return;
    const HeaderWords encoded = encode(header);
    set_length(8 * words_for(header.cells));
    if (!write_at(file->descriptor(), 0, kBlockBytes, encoded.data())) fail();
    file->publish();
  });
  return true;
}

bool read_own_block(Communicator& comm, const IoMethod& method, const RoadFile& file, std::span<std::uint64_t> cells,
                    const FileRounds& rounds) {
  // A file's last block may end early: what is left over is read as edges are.
  const std::int64_t whole_blocks = 8 * words_for(file.cells()) / kBlockBytes;
  std::vector<RoadPart> parts;
  std::int64_t bytes = 0;
  for (int rank = 0; rank < comm.size(); ++rank) {
    RoadPart& part = parts.emplace_back(part_of(rank, block_of(file.cells(), comm.size(), rank)));
    part.blocks.count = std::clamp<std::int64_t>(whole_blocks - part.blocks.first, 0, part.blocks.count);
    bytes += kBlockBytes * part.blocks.count;
  }
  std::optional<IoPatience> patience;
  if (method.may_hang) {
    patience.emplace(comm.rank(), usual_patience(bytes), "read", file.path(), method, Hints{},
                     [] { return std::string(); });
  }
  Transfer transfer(comm, rounds, bytes);
  const std::string path = absolute_path(file.path());
  const bool is_whole = transfer.move(parts, [&](Dealing dealing, const RoadPart& part) {
    const IoTask task{.comm = &comm,
                      .dealing = std::move(dealing),
                      .nodes = {},
                      .path = path,
                      .hints = {},
                      .header_bytes = file.header_bytes()};
    PartSink sink(part, cells);
    const std::unique_ptr<IoFiles> files = method.make(task, comm.rank());
    phase(comm, *files, [&] { files->open_to_read(); });
    phase(comm, *files, [&] { files->read(sink); });
    phase(comm, *files, [&] { files->close(); });
  });
  if (!is_whole || !transfer.goes_on()) return false;
  patience.reset();
  // Libraries read beyond the end of a file without a word.
  together(comm, [&] {
    const std::int64_t end = file.header_bytes() + 8 * words_for(file.cells());
    if (const std::string why = reason_for(path, end, ""); !why.empty()) {
      throw WorkFailed(fmt::format("{} cannot be read: {}", file.path(), why));
    }
  });
  const RoadPart& own = parts[static_cast<std::size_t>(comm.rank())];
  const std::int64_t begin = std::min(own.end(), own.blocks.first * kBlockCells);
  const std::int64_t end = std::min(own.end(), begin + own.blocks.count * kBlockCells);
  for (const Block edge : {Block{own.cells.first, begin - own.cells.first}, Block{end, own.end() - end}}) {
    std::vector<std::uint64_t> words(static_cast<std::size_t>(words_for(edge.cells)));
    file.read(edge.first, edge.cells, words);
    copy_cells(words, 0, cells, edge.first - own.cells.first, edge.cells);
  }
  return true;
}

}  // namespace trafficbench
