// Who tells the energy of a node.
#pragma once

#include <array>
#include <string_view>

#include "drivers/base/enum_names.hpp"

namespace trafficbench {

enum class EnergySource { pm_counters, sacct, rapl };

template <>
struct EnumNames<EnergySource> {
  static constexpr std::array<std::string_view, 3> kNames{"pm_counters", "sacct", "rapl"};
};

}  // namespace trafficbench
