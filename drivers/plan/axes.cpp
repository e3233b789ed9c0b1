#include "drivers/plan/axes.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "drivers/base/bad_input.hpp"

namespace trafficbench {

namespace {

std::string_view without_spaces(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\n\v\f\r";
  const auto first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

}  // namespace

std::int64_t omp_num_threads() {
  const char* variable = std::getenv("OMP_NUM_THREADS");
  if (variable == nullptr || *variable == '\0') return 0;
  // As OpenMP takes it: spaces round each number; a list is for nested regions, of which there are none here.
  std::vector<std::int64_t> numbers;
  for (std::string_view rest = variable;;) {
    const auto comma = rest.find(',');
    numbers.push_back(Count<1, kMaxThreads>(without_spaces(rest.substr(0, comma)), "OMP_NUM_THREADS").number);
    if (comma == std::string_view::npos) return numbers.front();
    rest.remove_prefix(comma + 1);
  }
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
