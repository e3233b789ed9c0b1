#include "drivers/plan/axes.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "drivers/base/bad_input.hpp"

namespace trafficbench {

std::int64_t omp_num_threads() {
  const char* variable = std::getenv("OMP_NUM_THREADS");
  if (variable == nullptr || *variable == '\0') return 0;
  // A list is for nested regions, of which there are none here.
  const std::string_view all = variable;
  return Count<1, kMaxThreads>(all.substr(0, all.find(',')), "OMP_NUM_THREADS").number;
}

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
