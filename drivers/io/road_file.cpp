#include "drivers/io/road_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <sstream>
#include <vector>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/checksum.hpp"
#include "drivers/base/positioned_io.hpp"
#include "kernels/bits.hpp"
#include "kernels/packed_road.hpp"
#include "kernels/road_hash.hpp"

namespace trafficbench {

static_assert(std::endian::native == std::endian::little, "road files are little-endian");

namespace {

constexpr char kMagic[9] = "TRAFROAD";
constexpr std::uint64_t kFormatVersion = 2;
constexpr std::size_t kHeaderWords = 6;
constexpr std::int64_t kHeaderBytes = 8 * kHeaderWords;
constexpr std::int64_t kHeaderBytesOfVersion1 = 40;

/// A header's checksum: of all words before the one that holds it.
std::uint64_t checksum_of(const std::array<std::uint64_t, kHeaderWords>& words) {
  return checksum({reinterpret_cast<const char*>(words.data()), kHeaderBytes - 8});
}

std::array<std::uint64_t, kHeaderWords> encode(const RoadFileHeader& header) {
  std::array<std::uint64_t, kHeaderWords> words{};
  std::memcpy(words.data(), kMagic, 8);
  words[1] = kFormatVersion;
  words[2] = static_cast<std::uint64_t>(header.cells);
  words[3] = static_cast<std::uint64_t>(header.iteration);
  words[4] = header.hash;
  words[5] = checksum_of(words);
  return words;
}

/// Writes the words that lie wholly in `block`; those it shares with others go into `shared` as text, "index bits" a
/// line.
bool write_own_words(int file, const CellSource& road, Block block, std::string& shared) {
  constexpr std::int64_t kMaxCellsAtOnce = 1 << 20;
  const std::int64_t end = block.first + block.cells;
  std::vector<std::uint64_t> words(static_cast<std::size_t>(words_for(std::min(kMaxCellsAtOnce, block.cells)) + 1));
  for (std::int64_t at = block.first; at < end;) {
    const std::int64_t in_word = at % kWordCells;
    const std::int64_t left = end - at;
    // The road's last word is whole even if its cells are fewer.
    const bool to_road_end = end == road.cells();
    if (in_word != 0 || (left < kWordCells && !to_road_end)) {
      const std::int64_t step = std::min(kWordCells - in_word, left);
      road.read(at, step, words);
      shared += fmt::format("{} {}\n", at / kWordCells, words[0] << in_word);
      at += step;
      continue;
    }
    std::int64_t step = std::min(left, kMaxCellsAtOnce);
    if (!to_road_end || step < left) step -= step % kWordCells;
    road.read(at, step, words);
    if (!write_at(file, kHeaderBytes + at / kWordCells * 8, words_for(step) * 8, words.data())) {
      return false;
    }
    at += step;
  }
  return true;
}

}  // namespace

RoadFile::RoadFile(const std::string& path) : path_(path), file_(open_to_read(path)) {
  const auto refuse = [&](const std::string& why) { throw BadInput(fmt::format("{} {}", path, why)); };
  struct stat status {};
  if (fstat(file_.get(), &status) != 0) refuse(fmt::format("cannot be read: {}", system_text()));
  const auto take = [&](std::int64_t at, std::int64_t bytes, void* to) {
    if (!read_bytes(at, bytes, to)) throw BadInput(fault());
  };
  const std::string no_road_file = "is not a road file: one is written by `trafficbench run --save PATH`";
  std::array<std::uint64_t, kHeaderWords> words{};
  if (status.st_size < kHeaderBytesOfVersion1) refuse(no_road_file);
  take(0, std::min<std::int64_t>(kHeaderBytes, status.st_size), words.data());
  if (std::memcmp(words.data(), kMagic, 8) != 0) refuse(no_road_file);
  if (words[1] != 1 && words[1] != kFormatVersion) {
    refuse(fmt::format("is a road file of format version {}: this program reads versions 1 and {}", words[1],
                       kFormatVersion));
  }
  header_bytes_ = words[1] == 1 ? kHeaderBytesOfVersion1 : kHeaderBytes;
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
  if (words[1] != 1 && words[5] != checksum_of(words))
    refuse("is damaged: its header does not agree with its checksum");
  std::uint64_t last = 0;
  take(expected - 8, 8, &last);
  if (const std::int64_t used = header_.cells % kWordCells; used != 0 && (last >> used) != 0) {
    refuse("is damaged: there are cars beyond its last cell");
  }
}

bool RoadFile::read_bytes(std::int64_t at, std::int64_t bytes, void* to) const {
  if (read_at(file_.get(), at, bytes, to)) return true;
  int none = 0;
  error_.compare_exchange_strong(none, errno);
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
  const int error = error_;
  return error == 0 ? std::string() : fmt::format("{} cannot be read: {}", path_, std::strerror(error));
}

void RoadFile::check_cells() const {
  RoadHash hash;
  hash.add(*this, 0, header_.cells, 0);
  if (const std::string why = fault(); !why.empty()) throw BadInput(why);
  if (hash.finish(header_.cells) != header_.hash) {
    throw BadInput(fmt::format("{} is damaged: its cells do not agree with its hash", path_));
  }
}

void save_road(Communicator& comm, const RoadFileHeader& header, const CellSource& road,
               std::span<const Block> own_blocks, NewFile* file) {
  // Other ranks may have been started in other folders.
  const std::string own_path = file == nullptr ? "" : std::filesystem::absolute(file->temporary()).string();
  const std::string path = text_of_rank_0(comm, own_path);
  const std::string name = text_of_rank_0(comm, file == nullptr ? "" : file->path());
  const auto fail = [&] { throw WorkFailed(fmt::format("cannot write {}: {}", name, system_text())); };
  together(comm, [&] {
    if (file != nullptr && ftruncate(file->descriptor(), kHeaderBytes + 8 * words_for(header.cells)) != 0) fail();
  });
  Descriptor shared_file;
  std::string shared;
  together(comm, [&] {
    if (file == nullptr) {
      shared_file = Descriptor(open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
      if (!shared_file.is_open()) fail();
    }
    const int own = file != nullptr ? file->descriptor() : shared_file.get();
    for (const Block& block : own_blocks) {
      if (!write_own_words(own, road, block, shared)) fail();
    }
  });
  const std::vector<std::string> all_shared = comm.gather(shared);
  together(comm, [&] {
    if (file == nullptr) {
      if (fsync(shared_file.get()) != 0 || !shared_file.close()) fail();
      return;
    }
    std::map<std::int64_t, std::uint64_t> words;
    for (const std::string& text : all_shared) {
      std::istringstream lines(text);
      std::int64_t index = 0;
      std::uint64_t bits = 0;
      while (lines >> index >> bits) words[index] |= bits;
    }
    const auto encoded = encode(header);
    bool written = write_at(file->descriptor(), 0, kHeaderBytes, encoded.data());
    for (const auto& [index, bits] : words) {
      written = written && write_at(file->descriptor(), kHeaderBytes + 8 * index, 8, &bits);
    }
    if (!written) fail();
  });
  together(comm, [&] {
    if (file != nullptr) file->publish();
  });
}

}  // namespace trafficbench
