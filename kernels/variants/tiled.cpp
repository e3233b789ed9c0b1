// tiled: bitsliced, blocked in time. A trip through memory takes the segment through many waves,
// which follow each other block by block through a part of it that stays in the second-level cache
// (time skewing; Wonnacott 2000).
#include <algorithm>
#include <memory>

#include "kernels/bitslice/segment.hpp"
#include "kernels/variant.hpp"

namespace trafficbench::variant {

namespace {

// Enough iterations a trip that memory no longer matters; more would only lengthen what is computed
// twice at lane ends.
constexpr std::int64_t kMostLevels = 240;
// A trip of so many levels computes about 1/32 of the segment twice, if lanes are 32 times as long.
constexpr std::int64_t kLeastLengthPerLevel = 32;

bitslice::TripPlan plan(const SegmentShape& shape) {
  const std::int64_t register_words = bitslice::fastest_waves().set->register_words;
  const std::int64_t word_bytes = register_words * 8;
  const std::int64_t length = bitslice::LaneShape::of(shape, word_bytes * 8).length;
  const std::int64_t cache_words = shape.tuning.l2_bytes / word_bytes;
  bitslice::TripPlan plan;
  // A quarter of the cache for the block; the waves lag behind each other by as many words as they
  // have levels, and keep twice as many between blocks.
  plan.block_words = shape.tuning.tile_words > 0 ? shape.tuning.tile_words : cache_words / 4;
  const bool fits = length <= cache_words / 2 && shape.tuning.tile_words == 0;
  if (!fits) {
    plan.levels =
        std::clamp<std::int64_t>(std::min(plan.block_words / 8, length / kLeastLengthPerLevel), 1, kMostLevels);
    plan.levels = std::max<std::int64_t>(plan.levels, bitslice::fastest_waves().wave->levels);
  }
  return plan;
}

std::unique_ptr<Segment> make(const SegmentShape& shape) {
  return std::make_unique<bitslice::BitsliceSegment>(shape, plan(shape));
}

std::int64_t bytes(const SegmentShape& shape) { return bitslice::BitsliceSegment::bytes(shape, plan(shape)); }

}  // namespace

const Variant& tiled() {
  static const Variant variant{.name = "tiled",
                               .summary = "bitsliced, blocked in time: hundreds of iterations a trip through memory",
                               .kernel_class = KernelClass::update,
                               .uses_simd = true,
                               .nominal_rate = 2200,
                               .make = make,
                               .bytes = bytes,
                               .halo_for = one_cell_an_iteration,
                               .work = {.bits_per_cell = 1,
                                        .register_bits_per_cell = 1,
                                        .bytes_per_update = 0.25 / 8,
                                        .bytes_per_trip = 0.25,
                                        .iterations_per_trip = 256,
                                        .block_level = 2}};
  return variant;
}

}  // namespace trafficbench::variant
