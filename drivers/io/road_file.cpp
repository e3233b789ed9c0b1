#include "drivers/io/road_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <sstream>
#include <system_error>
#include <vector>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/files.hpp"
#include "kernels/bits.hpp"
#include "kernels/packed_road.hpp"

namespace trafficbench {

static_assert(std::endian::native == std::endian::little, "road files are little-endian");

namespace {

constexpr char kMagic[9] = "TRAFROAD";
constexpr std::int64_t kFormatVersion = 1;
constexpr std::int64_t kHeaderBytes = 40;

std::array<std::uint64_t, 5> encode(const RoadFileHeader& header) {
  std::array<std::uint64_t, 5> words{};
  std::memcpy(words.data(), kMagic, 8);
  words[1] = static_cast<std::uint64_t>(kFormatVersion);
  words[2] = static_cast<std::uint64_t>(header.cells);
  words[3] = static_cast<std::uint64_t>(header.iteration);
  words[4] = header.hash;
  return words;
}

bool read_bytes(int file, std::int64_t at, std::int64_t bytes, void* to) {
  auto* next = static_cast<char*>(to);
  while (bytes > 0) {
    const ssize_t got = pread(file, next, static_cast<std::size_t>(bytes), at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      if (got == 0) errno = EIO;
      return false;
    }
    next += got;
    at += got;
    bytes -= got;
  }
  return true;
}

bool write_bytes(int file, std::int64_t at, std::int64_t bytes, const void* from) {
  const auto* next = static_cast<const char*>(from);
  while (bytes > 0) {
    const ssize_t put = pwrite(file, next, static_cast<std::size_t>(bytes), at);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    next += put;
    at += put;
    bytes -= put;
  }
  return true;
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
    if (!write_bytes(file, kHeaderBytes + at / kWordCells * 8, words_for(step) * 8, words.data())) {
      return false;
    }
    at += step;
  }
  return true;
}

}  // namespace

RoadFile::RoadFile(const std::string& path) : path_(path), file_(open(path.c_str(), O_RDONLY)) {
  if (file_ < 0) {
    throw BadInput(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  }
  const auto refuse = [&](const std::string& why) {
    close(file_);
    throw BadInput(fmt::format("{} {}", path, why));
  };
  struct stat status {};
  if (fstat(file_, &status) != 0 || !S_ISREG(status.st_mode)) refuse("is not a plain file");
  std::array<std::uint64_t, 5> words{};
  if (status.st_size < kHeaderBytes || !read_bytes(file_, 0, kHeaderBytes, words.data()) ||
      std::memcmp(words.data(), kMagic, 8) != 0) {
    refuse("is not a road file: one is written by `trafficbench run --save PATH`");
  }
  if (words[1] != static_cast<std::uint64_t>(kFormatVersion)) {
    refuse(fmt::format("is a road file of format version {}: this program reads version {}", words[1], kFormatVersion));
  }
  header_ = {static_cast<std::int64_t>(words[2]), static_cast<std::int64_t>(words[3]), words[4]};
  if (header_.cells < 1 || header_.cells > kMaxCells) refuse(fmt::format("claims to hold {} cells: damaged", words[2]));
  if (header_.iteration < 0 || header_.iteration > kMaxIterations) {
    refuse(fmt::format("claims to have made {} iterations: damaged", words[3]));
  }
  const std::int64_t expected = kHeaderBytes + 8 * words_for(header_.cells);
  if (status.st_size != expected) {
    refuse(fmt::format("has {} bytes, but a road of {} cells takes {}: truncated or damaged",
                       static_cast<std::int64_t>(status.st_size), header_.cells, expected));
  }
}

RoadFile::~RoadFile() { close(file_); }

void RoadFile::read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const {
  if (count <= 0) return;
  const std::int64_t first_word = first / kWordCells;
  const std::int64_t end_word = words_for(first + count);
  std::vector<std::uint64_t> words(static_cast<std::size_t>(end_word - first_word));
  if (!read_bytes(file_, kHeaderBytes + 8 * first_word, 8 * (end_word - first_word), words.data())) {
    throw std::system_error(errno, std::generic_category(), "reading " + path_);
  }
  const std::int64_t shift = first % kWordCells;
  for (std::int64_t done = 0; done < count; done += kWordCells) {
    out[static_cast<std::size_t>(done / kWordCells)] =
        get_cells(words, shift + done, std::min(kWordCells, count - done));
  }
}

void save_road(Communicator& comm, const RoadFileHeader& header, const CellSource& road,
               std::span<const Block> own_blocks, const std::string& path) {
  const std::string partial = partial_of(path);
  const auto why = [&] { return fmt::format("cannot write {}: {}", path, std::strerror(errno)); };
  std::string problem;
  int file = -1;
  if (comm.rank() == 0) {
    file = open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0666);
    if (file < 0 || ftruncate(file, kHeaderBytes + 8 * words_for(header.cells)) != 0) problem = why();
  }
  const auto give_up_together = [&] {
    try {
      comm.agree(problem);
    } catch (...) {
      if (file >= 0) close(file);
      if (comm.rank() == 0) unlink(partial.c_str());
      throw;
    }
  };
  give_up_together();
  if (comm.rank() != 0) {
    file = open(partial.c_str(), O_WRONLY);
    if (file < 0) problem = why();
  }
  std::string shared;
  for (const Block& block : own_blocks) {
    if (problem.empty() && !write_own_words(file, road, block, shared)) problem = why();
  }
  const std::vector<std::string> all_shared = comm.gather(shared);
  if (comm.rank() == 0) {
    std::map<std::int64_t, std::uint64_t> words;
    for (const std::string& text : all_shared) {
      std::istringstream lines(text);
      std::int64_t index = 0;
      std::uint64_t bits = 0;
      while (lines >> index >> bits) words[index] |= bits;
    }
    const auto encoded = encode(header);
    bool written = write_bytes(file, 0, kHeaderBytes, encoded.data());
    for (const auto& [index, bits] : words) {
      written = written && write_bytes(file, kHeaderBytes + 8 * index, 8, &bits);
    }
    if (!written && problem.empty()) problem = why();
  }
  if (problem.empty() && fsync(file) != 0) problem = why();
  give_up_together();
  if (close(file) != 0) problem = why();
  file = -1;
  give_up_together();
  if (comm.rank() == 0 && std::rename(partial.c_str(), path.c_str()) != 0) problem = why();
  give_up_together();
}

}  // namespace trafficbench
