// tiled: bitsliced, blocked in time. One trip through memory makes many waves, which follow each other block by block
// while the block stays in the second-level cache (time skewing; Wonnacott 2000).
#include <algorithm>
#include <memory>
#include <string>

#include "kernels/bitslice/segment.hpp"
#include "kernels/bitslice/tile_knob.hpp"
#include "kernels/variant.hpp"

namespace trafficbench::variant {

namespace {

// So many iterations a trip that memory no longer matters. More would only add to what is computed twice at lane ends.
constexpr std::int64_t kMaxLevels = 240;
// A trip of so many levels computes about 1/32 of the segment twice, if lanes are 32 times as long.
constexpr std::int64_t kMinLengthPerLevel = 32;

bitslice::TripPlan plan(const SegmentShape& shape) {
  const bitslice::FastestWaves& waves = bitslice::fastest_waves();
  const std::int64_t word_bytes = waves.set->register_words * 8;
  const std::int64_t length = bitslice::LaneShape::of(shape, word_bytes * 8).length;
  const std::int64_t cache_words = shape.tuning.l2_bytes / word_bytes;
  const std::int64_t tile = bitslice::tile_of(shape.tuning);
  bitslice::TripPlan plan;
  // A quarter of the cache for the block: the waves lag behind each other by as many words as they have levels, and
  // each keeps twice as many words between blocks.
  plan.block_words = tile > 0 ? tile : cache_words / 4;
  const bool fits = length <= cache_words / 2 && tile == 0;
  if (!fits) {
    plan.levels = std::clamp<std::int64_t>(std::min(plan.block_words / 8, length / kMinLengthPerLevel), 1, kMaxLevels);
    plan.levels = std::max<std::int64_t>(plan.levels, waves.wave->levels);
  }
  return plan;
}

std::unique_ptr<Segment> make(const SegmentShape& shape) {
  return std::make_unique<bitslice::BitsliceSegment>(shape, plan(shape));
}

std::int64_t bytes(const SegmentShape& shape) { return bitslice::BitsliceSegment::bytes(shape, plan(shape)); }

std::string configuration(const SegmentShape& shape) {
  const std::string waves = text_of(bitslice::fastest_waves());
  const bitslice::TripPlan wanted = plan(shape);
  if (wanted.levels == 0) return waves + "; no blocks";
  const bitslice::TripPlan used = bitslice::BitsliceSegment::fitted(wanted, shape);
  return waves + "; blocks of " + std::to_string(used.block_words) + " words, " + std::to_string(used.levels) +
         " levels a trip";
}

}  // namespace

const Variant& tiled() {
  static const Variant variant{.name = "tiled",
                               .summary = "bitsliced, blocked in time: hundreds of iterations a trip through memory",
                               .kernel_class = KernelClass::update,
                               .uses_simd = true,
                               .nominal_rate = 2200,
                               .nominal_rate_plain = 750,
                               .make = make,
                               .bytes = bytes,
                               .work = {.bits_per_cell = 1,
                                        .register_bits_per_cell = 1,
                                        .bytes_per_update = 0.25 / 8,
                                        .bytes_per_trip = 0.25,
                                        .iterations_per_trip = 256,
                                        .block_level = 2},
                               .configuration = configuration,
                               .knobs = bitslice::kTileKnob};
  return variant;
}

}  // namespace trafficbench::variant
