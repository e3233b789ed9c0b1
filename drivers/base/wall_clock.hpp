// The clock that all measured times are read from.
#pragma once

#include <chrono>

namespace trafficbench {

/// Seconds since some moment, which is the same for all readings in one process.
inline double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace trafficbench
