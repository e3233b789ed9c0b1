// bitsliced: a cell is a bit, and its neighbours are in other registers. An iteration is one boolean function of three
// registers, and each word goes through several iterations while it is in a register. kernels/bitslice/ has the lanes
// and the waves.
#include <memory>
#include <string>

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

std::string configuration(const SegmentShape& /*shape*/) { return text_of(bitslice::fastest_waves()); }

}  // namespace

const Variant& bitsliced() {
  static const Variant variant{.name = "bitsliced",
                               .summary =
                                   "a cell is a bit in a lane of its own: neighbours are whole "
                                   "registers, many iterations a pass",
                               .kernel_class = KernelClass::update,
                               .uses_simd = true,
                               .nominal_rate = 2100,
                               .nominal_rate_plain = 700,
                               .make = make,
                               .bytes = bytes,
                               .work = {.bits_per_cell = 1,
                                        .register_bits_per_cell = 1,
                                        .bytes_per_update = 0.25 / 8,
                                        .bytes_per_trip = 0.25,
                                        .iterations_per_trip = 8},
                               .configuration = configuration};
  return variant;
}

}  // namespace trafficbench::variant
