// bitsliced: a cell is a bit, in a lane of its own; an iteration is one boolean function of three
// registers, and several of them pass over each word while it is in registers. kernels/bitslice/
// has the lanes and the waves.
#include <memory>

#include "kernels/bitslice/segment.hpp"
#include "kernels/variant.hpp"

namespace trafficbench::variant {

namespace {

// One wave a trip, through the whole segment.
constexpr bitslice::TripPlan kPlan{.levels = 0, .block_words = std::int64_t{1} << 40};

std::unique_ptr<Segment> make(const SegmentShape& shape) {
  return std::make_unique<bitslice::BitsliceSegment>(shape, kPlan);
}

std::int64_t bytes(const SegmentShape& shape) { return bitslice::BitsliceSegment::bytes(shape, kPlan); }

}  // namespace

const Variant& bitsliced() {
  static const Variant variant{.name = "bitsliced",
                               .summary =
                                   "a cell is a bit in a lane of its own: neighbours are whole "
                                   "registers, many iterations a pass",
                               .kernel_class = KernelClass::update,
                               .uses_simd = true,
                               .nominal_rate = 2100,
                               .make = make,
                               .bytes = bytes,
                               .halo_for = one_cell_an_iteration,
                               .work = {.bits_per_cell = 1,
                                        .register_bits_per_cell = 1,
                                        .bytes_per_update = 0.25 / 8,
                                        .bytes_per_trip = 0.25,
                                        .iterations_per_trip = 8}};
  return variant;
}

}  // namespace trafficbench::variant
