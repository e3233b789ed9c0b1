// A packed road on disk.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>

#include "drivers/base/files.hpp"
#include "drivers/base/new_file.hpp"
#include "drivers/ranks/communicator.hpp"
#include "kernels/block.hpp"
#include "kernels/cell_source.hpp"

namespace trafficbench {

/// What stands before the cells, all little-endian:
///
///     bytes 0..7    "TRAFROAD"
///     8..15         format version, 2
///     16..23        cells
///     24..31        iterations made since the road's start state
///     32..39        RoadHash of the road
///     40..47        checksum (base/checksum.hpp) of the bytes before it
///     48..          words_for(cells) words of 64 cells, cell i in bit i % 64 of word i / 64; bits past the last are 0
///
/// Version 1 has no checksum: its cells begin at byte 40. It is still read.
struct RoadFileHeader {
  std::int64_t cells = 0;
  std::int64_t iteration = 0;
  std::uint64_t hash = 0;
};

/// Most iterations that a header may tell of: more would be damage, and the sum of several runs must have room.
inline constexpr std::int64_t kMaxIterations = std::int64_t{1} << 60;

/// A road file, open for reading; its cells are read from disk as they are asked for.
class RoadFile final : public CellSource {
 public:
  /// Throws BadInput if the file cannot be read, is no road file, is damaged as far as its header, its length and the
  /// bits past its last cell tell.
  explicit RoadFile(const std::string& path);

  const RoadFileHeader& header() const { return header_; }
  std::int64_t cells() const override { return header_.cells; }

  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override;
  std::string fault() const override;

  /// Reads all cells and throws BadInput unless they agree with the hash.
  void check_cells() const;

 private:
  bool read_bytes(std::int64_t at, std::int64_t bytes, void* to) const;

  std::string path_;
  Descriptor file_;
  RoadFileHeader header_;
  std::int64_t header_bytes_ = 0;
  mutable std::atomic<int> error_ = 0;  // of the first read that failed, as errno has it
};

/// Collective: writes a road and publishes its file, each rank the blocks of the road that it owns, as `road` gives
/// them. The blocks of all ranks together are the whole road. `file` is rank 0's. Throws WorkFailed on every rank if it
/// cannot be written.
void save_road(Communicator& comm, const RoadFileHeader& header, const CellSource& road,
               std::span<const Block> own_blocks, NewFile* file);

}  // namespace trafficbench
