// Which moves of cars are counted: the axis `count`.
#pragma once

#include <array>
#include <string_view>

#include "drivers/base/enum_names.hpp"

namespace trafficbench {

/// Which iterations of an advance have their moves counted.
enum class CountingMode {
  every,   ///< each one
  sampled  ///< the last one alone
};

template <>
struct EnumNames<CountingMode> {
  static constexpr std::array<std::string_view, 2> kNames{"every", "sampled"};
};

/// As in "moves counted in every iteration".
inline std::string_view in_words(CountingMode count) {
  return count == CountingMode::every ? "moves counted in every iteration" : "moves counted in the last iteration only";
}

}  // namespace trafficbench
