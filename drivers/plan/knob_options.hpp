// What a command was asked for the knobs of the kernels.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "kernels/variant.hpp"

namespace trafficbench {

struct KnobOption {
  std::string text = "auto";  ///< as it was written
  std::int64_t value = 0;     ///< 0: auto, the kernel chooses
};

/// By the knob's name: those of the kernel table that the command line was read with.
using KnobOptions = std::map<std::string, KnobOption>;

/// Those that are set.
inline KnobValues values_of(const KnobOptions& options) {
  KnobValues values;
  for (const auto& [knob, option] : options) {
    if (option.value != 0) values[knob] = option.value;
  }
  return values;
}

}  // namespace trafficbench
