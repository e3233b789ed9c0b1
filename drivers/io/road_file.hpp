// A packed road on disk.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "drivers/ranks/communicator.hpp"
#include "kernels/block.hpp"
#include "kernels/cell_source.hpp"

namespace trafficbench {

/// What stands before the cells, all little-endian:
///
///     bytes 0..7    "TRAFROAD"
///     8..15         format version, 1
///     16..23        cells
///     24..31        iterations made since the road's start state
///     32..39        RoadHash of the road
///     40..          words_for(cells) words of 64 cells, cell i in bit i % 64 of word i / 64; bits past the last are 0
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
  /// Throws BadInput if the file cannot be read, is no road file, or has not the length that its header says.
  explicit RoadFile(const std::string& path);
  ~RoadFile() override;
  RoadFile(const RoadFile&) = delete;
  RoadFile& operator=(const RoadFile&) = delete;

  const RoadFileHeader& header() const { return header_; }
  std::int64_t cells() const override { return header_.cells; }

  /// Throws std::system_error if the disk fails.
  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override;

 private:
  std::string path_;
  int file_ = -1;
  RoadFileHeader header_;
};

/// Collective: writes a road to `path`, each rank the blocks of the road that it owns, as `road` gives them. The blocks
/// of all ranks together are the whole road. The file appears complete or not at all, by a rename. Throws BadInput on
/// every rank if it cannot be written. The caller has checked that nothing is overwritten.
void save_road(Communicator& comm, const RoadFileHeader& header, const CellSource& road,
               std::span<const Block> own_blocks, const std::string& path);

}  // namespace trafficbench
