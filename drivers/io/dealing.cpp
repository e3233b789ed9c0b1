#include "drivers/io/dealing.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "kernels/block.hpp"

namespace trafficbench {

std::int64_t BlockRun::before(std::int64_t block) const {
  return block <= first ? 0 : std::min(count, (block - first + stride - 1) / stride);
}

Dealing::Dealing(std::vector<BlockRun> runs)
    : layout_(IoLayout::contiguous), blocks_(0), ranks_(static_cast<int>(runs.size())), runs_(std::move(runs)) {
  for (const BlockRun& run : runs_) blocks_ += run.count;
}

BlockRun Dealing::of(int rank) const {
  if (!runs_.empty()) return runs_[static_cast<std::size_t>(rank)];
  if (layout_ == IoLayout::contiguous) {
    const Block part = block_of(blocks_, ranks_, rank);
    return {.first = part.first, .stride = 1, .count = part.cells};
  }
  const std::int64_t count = rank < blocks_ ? (blocks_ - rank - 1) / ranks_ + 1 : 0;
  return {.first = rank, .stride = ranks_, .count = count};
}

std::int64_t Dealing::most() const {
  if (runs_.empty()) return (blocks_ + ranks_ - 1) / ranks_;
  return std::ranges::max(runs_, {}, &BlockRun::count).count;
}

std::vector<BlockRun> Dealing::stretches() const {
  if (runs_.empty()) return {{.first = 0, .stride = 1, .count = blocks_}};
  std::vector<BlockRun> found;
  std::ranges::copy_if(runs_, std::back_inserter(found), [](const BlockRun& run) { return run.count > 0; });
  std::ranges::sort(found, {}, &BlockRun::first);
  std::size_t last = 0;
  for (std::size_t i = 1; i < found.size(); ++i) {
    if (found[i].first == found[last].first + found[last].count) {
      found[last].count += found[i].count;
    } else {
      found[++last] = found[i];
    }
  }
  if (!found.empty()) found.resize(last + 1);
  return found;
}

std::int64_t blocks_for(std::int64_t cells) { return (cells + kBlockCells - 1) / kBlockCells; }

int owner_read_by(int rank, int ranks) { return (rank + 1) % ranks; }

int reader_of(int rank, int ranks) { return (rank + ranks - 1) % ranks; }

}  // namespace trafficbench
