// Whether a rank computes while its edges travel.
#pragma once

#include <array>
#include <string_view>

#include "drivers/base/enum_names.hpp"

namespace trafficbench {

enum class Overlap {
  off,
  on,  ///< the inside of each rank's block is advanced meanwhile
};

template <>
struct EnumNames<Overlap> {
  static constexpr std::array<std::string_view, 2> kNames{"off", "on"};
};

}  // namespace trafficbench
