// A road dealt by blocks over ranks, so that no two ranks share one: which rank has which.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "drivers/base/enum_names.hpp"

namespace trafficbench {

/// Bytes of a block: a page, and 32,768 cells.
inline constexpr std::int64_t kBlockBytes = 4096;
inline constexpr std::int64_t kBlockWords = kBlockBytes / 8;
inline constexpr std::int64_t kBlockCells = 8 * kBlockBytes;

/// How blocks are dealt: to each rank those of one part of the road, or round the ranks, one each.
enum class IoLayout { contiguous, interleaved };

template <>
struct EnumNames<IoLayout> {
  static constexpr std::array<std::string_view, 2> kNames{"contiguous", "interleaved"};
};

/// Blocks of a road or of a file, evenly spaced: first, first + stride, and so on, `count` of them.
struct BlockRun {
  std::int64_t first = 0;
  std::int64_t stride = 1;
  std::int64_t count = 0;

  /// The k-th of them.
  std::int64_t operator[](std::int64_t k) const { return first + k * stride; }

  /// How many of them are before block `block`.
  std::int64_t before(std::int64_t block) const;

  /// So many of them from the k-th on.
  BlockRun part(std::int64_t k, std::int64_t blocks) const { return {(*this)[k], stride, blocks}; }

  bool operator==(const BlockRun&) const = default;
};

/// Which blocks of a road each of so many ranks has.
class Dealing {
 public:
  /// All of them, dealt evenly. Ranks beyond the number of blocks own none.
  Dealing(IoLayout layout, std::int64_t blocks, int ranks) : layout_(layout), blocks_(blocks), ranks_(ranks) {}

  /// Contiguous: for each rank a run of stride 1, or an empty one, in whatever order of ranks.
  explicit Dealing(std::vector<BlockRun> runs);

  IoLayout layout() const { return layout_; }
  std::int64_t blocks() const { return blocks_; }  ///< of all ranks
  int ranks() const { return ranks_; }
  std::int64_t bytes() const { return kBlockBytes * blocks_; }

  /// Those of a rank.
  BlockRun of(int rank) const;

  /// Blocks of the rank that has most.
  std::int64_t most() const;

  /// Those of all ranks, in the road's order: runs of stride 1 with gaps between.
  std::vector<BlockRun> stretches() const;

 private:
  IoLayout layout_;
  std::int64_t blocks_;
  int ranks_;
  std::vector<BlockRun> runs_;  // of each rank; none: they are dealt evenly
};

/// The fewest blocks that hold so many cells; the last may be filled up with empty ones.
std::int64_t blocks_for(std::int64_t cells);

/// Whose blocks a rank reads back: those of the next one, so that nobody of several reads what it wrote itself. Each
/// rank's are read by one.
int owner_read_by(int rank, int ranks);

/// Who reads a rank's blocks.
int reader_of(int rank, int ranks);

}  // namespace trafficbench
