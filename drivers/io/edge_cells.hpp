// A road that ranks share to the cell, as blocks of a file that have one writer each.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "drivers/io/block_stream.hpp"
#include "drivers/io/dealing.hpp"
#include "drivers/ranks/communicator.hpp"
#include "kernels/block.hpp"
#include "kernels/cell_source.hpp"

namespace trafficbench {

/// Cells that a rank owns, one after the other, and the blocks that it writes: those whose first cell is one of these.
/// The last of them may end in cells of other ranks.
struct RoadPart {
  int rank = 0;
  Block cells;
  BlockRun blocks;

  std::int64_t end() const { return cells.first + cells.cells; }
};

/// A rank's part.
RoadPart part_of(int rank, const Block& cells);

/// Collective: cells of other ranks that fill the last block of a part, for each part of this rank, packed from the
/// part's end on; nothing for parts that need none, or are another's. `parts`: of all ranks, which may have several, in
/// the road's order; the same on every rank. `road` gives the cells that this rank owns.
std::vector<std::vector<std::uint64_t>> fetch_edges(Communicator& comm, std::span<const RoadPart> parts,
                                                    const CellSource& road);

/// A part's blocks, made a few MiB at a time: there is no second copy of the road.
class PartSource final : public BlockSource {
 public:
  /// `edge`: of fetch_edges.
  PartSource(const CellSource& road, const RoadPart& part, std::vector<std::uint64_t> edge);

  std::int64_t piece() const override { return kPieceBlocks; }
  std::span<const std::uint64_t> blocks(std::int64_t first, std::int64_t count) override;

  /// 8 MiB: long enough for any disk, and for kernels that give long ranges faster than short ones.
  static constexpr std::int64_t kPieceBlocks = 2048;

 private:
  const CellSource& road_;
  RoadPart part_;
  std::vector<std::uint64_t> edge_;
  std::vector<std::uint64_t> words_;
};

/// Takes a part's blocks into packed cells that begin with the part's first.
class PartSink final : public BlockSink {
 public:
  PartSink(const RoadPart& part, std::span<std::uint64_t> cells);

  std::int64_t piece() const override { return PartSource::kPieceBlocks; }
  std::span<std::uint64_t> room(std::int64_t first, std::int64_t count) override;
  void filled(std::int64_t first, std::int64_t count) override;

 private:
  RoadPart part_;
  std::span<std::uint64_t> cells_;
  std::vector<std::uint64_t> words_;
};

}  // namespace trafficbench
