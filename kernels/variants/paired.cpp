// paired: a cell is a bit in a lane of its own, as in bitsliced, but blocks of the road are turned into pairs of
// neighbour cells while many iterations are made. An iteration of pairs is a minimum and a maximum: two operations a
// cell where cells take three. kernels/bitslice/ has the lanes, the waves and the trips.
#include <memory>
#include <string>

#include "kernels/bitslice/paired_segment.hpp"
#include "kernels/bitslice/tile_knob.hpp"
#include "kernels/variant.hpp"

namespace trafficbench::variant {

namespace {

std::unique_ptr<Segment> make(const SegmentShape& shape) { return std::make_unique<bitslice::PairedSegment>(shape); }

std::string configuration(const SegmentShape& shape) {
  const bitslice::PairSet& set = bitslice::pair_set();
  const bitslice::PairPlan plan = bitslice::PairPlan::of(shape, set);
  return std::to_string(64 * set.register_words) + " bits; blocks of " + std::to_string(2 * plan.positions) +
         " words, " + std::to_string(plan.levels) + " levels a trip";
}

}  // namespace

const Variant& paired() {
  static const Variant variant{
      .name = "paired",
      .summary = "pairs of neighbour cells in bit lanes: an iteration is a minimum and a maximum",
      .kernel_class = KernelClass::update,
      .uses_simd = true,
      .nominal_rate = 1300,
      .nominal_rate_plain = 1000,
      .make = make,
      .bytes = bitslice::PairedSegment::bytes,
      .work = {.bits_per_cell = 1,
               .register_bits_per_cell = 1,
               .bytes_per_update = 0.5 / 8,
               .bytes_per_trip = 0.25,
               .iterations_per_trip = 128,
               .block_level = 1},
      .configuration = configuration,
      .knobs = bitslice::kTileKnob};
  return variant;
}

}  // namespace trafficbench::variant
