#include "kernels/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>

namespace trafficbench {

namespace {

constexpr int kChainAdds = 64;
constexpr int kChains = 4096;

// The adds take a register: some cores fold chains of immediate adds when they rename registers, and then make several
// a cycle.
void run_chain() {
  std::uint64_t sum = 0;
  const std::uint64_t step = 1;
  for (int chain = 0; chain < kChains; ++chain) {
#if defined(__x86_64__)
    static_assert(kChainAdds == 64);
    asm volatile(".rept 64\n\tadd %1, %0\n\t.endr" : "+r"(sum) : "r"(step) : "cc");
#elif defined(__aarch64__)
    static_assert(kChainAdds == 64);
    asm volatile(".rept 64\n\tadd %0, %0, %1\n\t.endr" : "+r"(sum) : "r"(step));
#else
    for (int add = 0; add < kChainAdds; ++add) {
      sum += step;
      asm volatile("" : "+r"(sum));
    }
#endif
  }
}

constexpr double kAddsOfARun = static_cast<double>(kChainAdds) * kChains;

double seconds_of_a_run() {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  run_chain();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

double measure_clock_hz(int samples) {
  double best = std::numeric_limits<double>::infinity();
  for (int sample = 0; sample < std::max(samples, 1); ++sample) best = std::min(best, seconds_of_a_run());
  return kAddsOfARun / best;
}

double measure_disturbed_clock_hz(int runs) {
  double seconds = 0;
  for (int run = 0; run < std::max(runs, 1); ++run) seconds += seconds_of_a_run();
  return kAddsOfARun * std::max(runs, 1) / seconds;
}

}  // namespace trafficbench
