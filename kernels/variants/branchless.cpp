// branchless: a cell is a byte. No branch depends on a cell, so that as many cells as fit a vector register are updated
// at once:
//
//     new = (old & right) | (left & ~old)
//
// with `left` and `right` loaded from memory one byte off. A block of the road goes through several iterations while it
// is in the first-level cache, each one cell further left than the one before (time skewing; Wonnacott 2000), so that a
// long road is not held back by memory.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/variants/branchless.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace trafficbench::variant {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

inline std::uint8_t next_cell(const std::uint8_t* old_road, std::int64_t i) {
  const std::uint8_t right = old_road[i + 1];
  const std::uint8_t left = old_road[i - 1];
  return static_cast<std::uint8_t>((old_road[i] & right) | (left & ~old_road[i]));
}

template <class D>
HWY_INLINE hn::Vec<D> next_cells(D d, const std::uint8_t* old_road, std::int64_t i) {
  const auto here = hn::LoadU(d, old_road + i);
  const auto left = hn::LoadU(d, old_road + i - 1);
  const auto right = hn::LoadU(d, old_road + i + 1);
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
  // vpternlogq. On other targets IfVecThenElse selects whole bytes, which would do here, but the formula costs no more.
  return hn::IfVecThenElse(here, right, left);
#else
  return hn::Or(hn::And(here, right), hn::AndNot(here, left));
#endif
}

// Updates cells [first, last) once. The two roads do not overlap, so a cell may be computed twice: the last vector
// overlaps the one before it.
void update(const std::uint8_t* HWY_RESTRICT old_road, std::uint8_t* HWY_RESTRICT new_road, std::int64_t first,
            std::int64_t last) {
  const hn::ScalableTag<std::uint8_t> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  if (last - first < lanes) {
    for (std::int64_t i = first; i < last; ++i) new_road[i] = next_cell(old_road, i);
    return;
  }
  std::int64_t i = first;
  for (; i + 4 * lanes <= last; i += 4 * lanes) {
    hn::StoreU(next_cells(d, old_road, i), d, new_road + i);
    hn::StoreU(next_cells(d, old_road, i + lanes), d, new_road + i + lanes);
    hn::StoreU(next_cells(d, old_road, i + 2 * lanes), d, new_road + i + 2 * lanes);
    hn::StoreU(next_cells(d, old_road, i + 3 * lanes), d, new_road + i + 3 * lanes);
  }
  for (; i + lanes <= last; i += lanes) hn::StoreU(next_cells(d, old_road, i), d, new_road + i);
  hn::StoreU(next_cells(d, old_road, last - lanes), d, new_road + last - lanes);
}

// The cars in [first, last) that have a free cell ahead.
std::int64_t count_moves(const std::uint8_t* road, std::int64_t first, std::int64_t last) {
  const hn::ScalableTag<std::uint8_t> d;
  const hn::Repartition<std::uint64_t, decltype(d)> d64;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  constexpr std::int64_t kMaxVectors = 255;  // what a byte of the accumulator can count
  auto total = hn::Zero(d64);
  std::int64_t i = first;
  while (i + lanes <= last) {
    const std::int64_t stop = std::min(last, i + kMaxVectors * lanes);
    auto movers = hn::Zero(d);
    for (; i + lanes <= stop; i += lanes) {
      movers = hn::Add(movers, hn::AndNot(hn::LoadU(d, road + i + 1), hn::LoadU(d, road + i)));
    }
    total = hn::Add(total, hn::SumsOf8(movers));
  }
  auto moves = static_cast<std::int64_t>(hn::GetLane(hn::SumOfLanes(d64, total)));
  for (; i < last; ++i) moves += road[i] & ~road[i + 1];
  return moves;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace trafficbench::variant
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <memory>

#include "kernels/variants/cell_array.hpp"

namespace trafficbench::variant {

namespace {

HWY_EXPORT(update);
HWY_EXPORT(count_moves);

// A pass takes a block of road through this many iterations.
constexpr std::int64_t kPassIterations = 16;

class BranchlessSegment final : public CellArraySegment<std::uint8_t> {
 public:
  explicit BranchlessSegment(const SegmentShape& shape)
      : CellArraySegment(shape),
        // Both roads of a block fit in half the first-level cache.
        block_cells_(std::max<std::int64_t>(shape.tuning.l1_bytes / 4, 4 * kPassIterations)),
        other_road_(another_road()),
        update_(&HWY_DYNAMIC_DISPATCH(update)),
        count_moves_(&HWY_DYNAMIC_DISPATCH(count_moves)) {}

  void advance(std::int64_t k, std::span<MoveCount> moves) override {
    for (std::int64_t done = 0; done < k;) {
      const std::int64_t step = std::min(k - done, kPassIterations);
      pass(step, moves.empty() ? moves : moves.subspan(static_cast<std::size_t>(done)));
      use_halo(step);
      done += step;
    }
  }

  static std::unique_ptr<Segment> make(const SegmentShape& shape) { return std::make_unique<BranchlessSegment>(shape); }
  static std::int64_t bytes(const SegmentShape& shape) { return bytes_of_two_roads(shape); }

 private:
  /// One trip through the road, `step` <= kPassIterations iterations. Iteration t of a block covers the block's cells
  /// moved t cells to the left: what it reads is there already, and it overwrites nothing that a later block reads.
  void pass(std::int64_t step, std::span<MoveCount> moves) {
    const std::array<std::uint8_t*, 2> roads{own(), own_in(other_road_)};
    const std::int64_t begin = -halo().left;
    const std::int64_t end = cells() + halo().right;
    for (std::int64_t t = 0; t < step && !moves.empty(); ++t) {
      if (moves[static_cast<std::size_t>(t)].wanted) moves[static_cast<std::size_t>(t)].moves = 0;
    }
    for (std::int64_t block = begin; block < end; block += block_cells_) {
      const std::int64_t block_end = std::min(block + block_cells_, end);
      for (std::int64_t t = 1; t <= step; ++t) {
        const std::int64_t first = std::max(begin, block - 2 * t) + t;
        const std::int64_t last = block_end - t;
        if (last <= first) break;
        const std::uint8_t* old_road = roads[static_cast<std::size_t>((t - 1) % 2)];
        update_(old_road, roads[static_cast<std::size_t>(t % 2)], first, last);
        if (moves.empty()) continue;
        MoveCount& count = moves[static_cast<std::size_t>(t - 1)];
        if (!count.wanted) continue;
        const std::int64_t own_first = std::max<std::int64_t>(first, 0);
        const std::int64_t own_last = std::min(last, cells());
        if (own_first < own_last) count.moves += count_moves_(old_road, own_first, own_last);
      }
    }
    if (step % 2 == 1) std::swap(road(), other_road_);
  }

  std::int64_t block_cells_;
  AlignedBuffer<std::uint8_t> other_road_;
  decltype(&HWY_DYNAMIC_DISPATCH(update)) update_;
  decltype(&HWY_DYNAMIC_DISPATCH(count_moves)) count_moves_;
};

}  // namespace

const Variant& branchless() {
  static const Variant variant{
      .name = "branchless",
      .summary = "a cell is a byte: no branches, a vector of cells at once, in cache-sized blocks",
      .kernel_class = KernelClass::update,
      .uses_simd = true,
      .nominal_rate = 60,
      .make = BranchlessSegment::make,
      .bytes = BranchlessSegment::bytes,
      // Two roads of bytes; three loads and a store for an update, and a trip reads and writes both roads.
      .work = {.bits_per_cell = 16,
               .register_bits_per_cell = 8,
               .bytes_per_update = 4,
               .bytes_per_trip = 4,
               .iterations_per_trip = kPassIterations,
               .block_level = 1}};
  return variant;
}

}  // namespace trafficbench::variant

#endif  // HWY_ONCE
