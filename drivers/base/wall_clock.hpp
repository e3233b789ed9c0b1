// The clocks that all measured times are read from.
#pragma once

#include <chrono>
#include <ctime>

namespace trafficbench {

/// Seconds since some moment, which is the same for all readings in one process.
inline double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// CPU seconds that this process has taken, all its threads together.
inline double process_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace trafficbench
