#include "drivers/road/pieces.hpp"

#include <algorithm>
#include <cmath>

namespace trafficbench {

namespace {

std::int64_t within(double iterations) { return std::llround(std::clamp(iterations, 1.0, 1e15)); }

}  // namespace

Pieces::Pieces(const Variant& variant, std::int64_t cells, int workers, double seconds) : seconds_(seconds) {
  // A jump takes as long for any number of iterations.
  if (variant.kernel_class != KernelClass::update) iterations_ = within(1e15);
  constexpr double kSlowestUpdates = 2e8;  // a second, of one core
  iterations_ = std::max(iterations_, within(seconds * kSlowestUpdates * workers / static_cast<double>(cells)));
  // Fewer would not let a variant that is blocked in time make one of its trips through memory.
  iterations_ = std::max(iterations_, variant.work.iterations_per_trip);
}

void Pieces::learn(std::int64_t iterations, double seconds) {
  if (seconds > 0) iterations_ = std::max(iterations_, within(seconds_ * static_cast<double>(iterations) / seconds));
}

}  // namespace trafficbench
