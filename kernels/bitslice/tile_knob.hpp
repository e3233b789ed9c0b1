// The option --tile of the variants that work on a block of words at a time.
#pragma once

#include <array>
#include <cstdint>

#include "kernels/variant.hpp"

namespace trafficbench::bitslice {

inline constexpr std::array kTileKnob{Knob{.name = "tile",
                                           .summary = "Vector words a block",
                                           .automatic = "by the size of the cache",
                                           .max = std::int64_t{1} << 30}};

/// Its value, or 0.
inline std::int64_t tile_of(const Tuning& tuning) { return tuning.knob(kTileKnob.front().name); }

}  // namespace trafficbench::bitslice
