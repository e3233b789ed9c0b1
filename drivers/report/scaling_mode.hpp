// What stays the same while the number of cores changes: the axis `mode`.
#pragma once

#include <array>
#include <string_view>

#include "drivers/base/enum_names.hpp"

namespace trafficbench {

enum class ScalingMode {
  strong,  ///< the road
  weak     ///< the cells of each core
};

template <>
struct EnumNames<ScalingMode> {
  static constexpr std::array<std::string_view, 2> kNames{"strong", "weak"};
  static constexpr std::array<std::string_view, 2> kMeanings{"the same road for every shape",
                                                             "the same cells for each core"};
};

}  // namespace trafficbench
