// A point for tests of what measures points.
#pragma once

#include <cstdint>

#include "drivers/report/point.hpp"
#include "kernels/registry.hpp"

namespace trafficbench {

/// One that takes no time.
inline Point made_up_point(const char* kernel, int ranks = 1, int threads = 1, std::int64_t cells = 1000) {
  Point point;
  point.variant = find_variant(kernel);
  point.road_cells = cells;
  point.ranks = ranks;
  point.threads = threads;
  point.steps = 20;
  return point;
}

}  // namespace trafficbench
