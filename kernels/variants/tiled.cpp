// tiled: bitsliced, blocked in time. A trip through memory takes the segment through many waves,
// which follow each other block by block through a part of it that fits the second-level cache.
#include <algorithm>
#include <memory>

#include "kernels/bitslice/segment.hpp"
#include "kernels/variant.hpp"

namespace trafficbench::variant {

namespace {

bitslice::TripPlan plan(const SegmentShape& shape) {
  const std::int64_t block = shape.tuning.tile_words > 0 ? shape.tuning.tile_words : 256;
  return {.levels = 256, .block_words = block};
}

std::unique_ptr<Segment> make(const SegmentShape& shape) {
  return std::make_unique<bitslice::BitsliceSegment>(shape, plan(shape));
}

std::int64_t bytes(const SegmentShape& shape) {
  return bitslice::BitsliceSegment::bytes(shape, plan(shape));
}

}  // namespace

const Variant& tiled() {
  static const Variant variant{
      .name = "tiled",
      .summary = "bitsliced, blocked in time: hundreds of iterations a trip through memory",
      .kernel_class = KernelClass::update,
      .uses_simd = true,
      .nominal_rate = 1800,
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
