#include "tests/plain_road.hpp"

#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TRAFFICBENCH_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TRAFFICBENCH_SANITIZED 1
#endif
#endif
#ifndef TRAFFICBENCH_SANITIZED
#define TRAFFICBENCH_SANITIZED 0
#endif

namespace trafficbench {

int trials(int number) {
  double scale = TRAFFICBENCH_SANITIZED ? 0.1 : 1.0;
  if (const char* text = std::getenv("TRAFFICBENCH_TEST_SCALE")) scale = std::atof(text);
  return std::max(1, static_cast<int>(number * scale));
}

}  // namespace trafficbench
