// A kernel with something to choose, for tests of what becomes of a choice.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "kernels/variant.hpp"

namespace trafficbench {

namespace variant {
const Variant& example();  // tests/example_kernel.cpp
}

/// A stride, with which the kernel does nothing but say it.
inline constexpr std::array kStride{
    Knob{.name = "stride", .summary = "Words at a time", .automatic = "eight of them", .max = 100}};

inline std::string chosen_stride(const SegmentShape& shape) {
  const std::int64_t asked = shape.tuning.knob("stride");
  return std::to_string(shape.cells) + " cells, " + std::to_string(asked > 0 ? asked : 8) + " words at a time";
}

/// The example kernel of docs/kernels.md under this name, with a stride.
inline Variant with_a_choice(std::string_view name) {
  Variant variant = variant::example();
  variant.name = name;
  variant.configuration = chosen_stride;
  variant.knobs = kStride;
  return variant;
}

}  // namespace trafficbench
