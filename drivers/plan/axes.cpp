#include "drivers/plan/axes.hpp"

#include <fmt/format.h>

#include "drivers/base/bad_input.hpp"

namespace trafficbench {

StartOptions StartAxes::start() const {
  const StartOptions options{.init = init, .density = density.number, .seed = seed.number};
  check_start(options);
  return options;
}

void check_points(std::initializer_list<std::size_t> axes) {
  constexpr double kMaxPoints = 100'000;
  double points = 1;
  for (const std::size_t values : axes) points *= static_cast<double>(values);
  if (points > kMaxPoints) {
    throw BadInput(fmt::format("{:.0f} points are too many: {:.0f} at most, so shorten a list", points, kMaxPoints));
  }
}

}  // namespace trafficbench
