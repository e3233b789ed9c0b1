#include "drivers/command/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/numbers.hpp"
#include "kernels/isa.hpp"
#include "kernels/packed_road.hpp"
#include "kernels/registry.hpp"

namespace trafficbench {

StartOptions StartTexts::read() const {
  StartOptions options;
  options.density = parse_number(density, "density", 0, 1);
  options.init = init;
  options.seed = parse_count(seed, "seed", 0, std::int64_t{1} << 53);
  check_start(options);
  return options;
}

const Variant& kernel_named(KernelTable table, const std::string& name) {
  if (name == "auto") {
    if (const Variant* fastest = fastest_of(table)) return *fastest;
  }
  std::string names = "auto";
  for (const Variant* variant : table) {
    if (variant->name == name) return *variant;
    if (name == std::string(variant->name) + "+threads") {
      throw BadInput(fmt::format("kernel '{}' is written as kernel {} with --threads 2 or more", name, variant->name));
    }
    names += fmt::format(", {}", variant->name);
  }
  throw BadInput(fmt::format("kernel '{}' is unknown: it is one of {}", name, names));
}

std::vector<const Variant*> kernels_named(KernelTable table, const std::string& list) {
  std::vector<const Variant*> kernels;
  const auto add = [&](const Variant* kernel) {
    if (std::ranges::find(kernels, kernel) == kernels.end()) kernels.push_back(kernel);
  };
  for (const std::string& name : parse_names(list, "kernels")) {
    if (name == "all") {
      for (const Variant* kernel : table) add(kernel);
    } else {
      add(&kernel_named(table, name));
    }
  }
  return kernels;
}

std::int64_t parse_cells(const std::string& text) { return parse_count(text, "cells", 1, kMostCells); }

std::int64_t parse_or_auto(const std::string& text, const std::string& what, std::int64_t most) {
  return text == "auto" ? 0 : parse_count(text, what, 1, most);
}

void check_points(std::initializer_list<std::size_t> axes) {
  constexpr double kMostPoints = 100'000;
  double points = 1;
  for (const std::size_t values : axes) points *= static_cast<double>(values);
  if (points > kMostPoints) {
    throw BadInput(fmt::format("{:.0f} points are too many: {:.0f} at most, so shorten a list", points, kMostPoints));
  }
}

void use_isa(const std::string& name) {
  try {
    select_isa(name);
  } catch (const std::invalid_argument& error) {
    throw BadInput(error.what());
  }
}

}  // namespace trafficbench
