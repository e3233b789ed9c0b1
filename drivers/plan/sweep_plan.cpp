#include "drivers/plan/sweep_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "drivers/base/numbers.hpp"
#include "drivers/command/options.hpp"
#include "drivers/machine/placement.hpp"
#include "kernels/packed_road.hpp"

namespace trafficbench {

namespace {

/// Ranks x threads.
struct Shape {
  int ranks = 1;
  int threads = 1;
};

/// Where ranks or threads are left to us: one core, and all cores as ranks and as threads. Else the full product of
/// what was asked for.
std::vector<Shape> shapes_of(Communicator& world, const SweepOptions& options) {
  constexpr int kMostThreads = 1 << 14;
  const int size = world.size();
  const int cores = cores_per_rank(world) * size;
  std::vector<std::int64_t> ranks{1};
  if (options.ranks == "auto") {
    if (size > 1) ranks.push_back(size);
  } else {
    ranks = parse_counts(options.ranks, "ranks", 1, INT32_MAX);
    for (const std::int64_t number : ranks) {
      if (number > size) {
        throw BadInput(fmt::format("ranks {} are more than there are: the program was started with {}", number, size));
      }
    }
  }
  const auto threads_of = [&](std::int64_t rank_count) -> std::vector<std::int64_t> {
    if (options.threads != "auto") return parse_counts(options.threads, "threads", 1, kMostThreads);
    if (cores < 2 * rank_count) return {1};
    return {1, cores / rank_count};
  };
  const bool both_auto = options.ranks == "auto" && options.threads == "auto";
  std::vector<Shape> shapes;
  for (const std::int64_t rank_count : ranks) {
    for (const std::int64_t thread_count : threads_of(rank_count)) {
      const std::int64_t workers = rank_count * thread_count;
      if ((both_auto && workers != 1 && workers != cores) || workers > kMostCells) continue;
      shapes.push_back({static_cast<int>(rank_count), static_cast<int>(thread_count)});
    }
  }
  std::ranges::stable_sort(shapes, {}, [](const Shape& shape) { return shape.ranks * shape.threads; });
  return shapes;
}

std::vector<CountingMode> contracts_of(const std::string& list) {
  std::vector<CountingMode> contracts;
  for (const std::string& name : parse_names(list, "contracts")) {
    if (name != "every" && name != "sampled") {
      throw BadInput(fmt::format("count is '{}': it is every, sampled, or both with a comma between", name));
    }
    contracts.push_back(name == "every" ? CountingMode::every : CountingMode::sampled);
  }
  return contracts;
}

Verification verification_of(const std::string& name) {
  if (name == "auto") return Verification::automatic;
  if (name == "full") return Verification::full;
  if (name == "windows") return Verification::windows;
  throw BadInput(fmt::format("verify is '{}': it is auto, full (hash of the whole road) or windows", name));
}

}  // namespace

std::vector<Point> points_of(Communicator& world, const SweepOptions& options, KernelTable table) {
  if (options.mode != "strong" && options.mode != "weak") {
    throw BadInput(
        fmt::format("mode is '{}': it is strong (the same road for every shape) or weak (the same cells for each "
                    "core)",
                    options.mode));
  }
  Point point;
  const ScalingMode mode = *named<ScalingMode>(options.mode);
  point.start = options.start.read();
  point.isa = options.isa;
  use_isa(options.isa);
  point.tile_words = parse_or_auto(options.tile, "tile", std::int64_t{1} << 30);
  const std::vector<const Variant*> kernels = kernels_named(table, options.kernels);
  const std::vector<std::int64_t> cells = parse_counts(options.cells, "cells", 1, kMostCells);
  const std::vector<CountingMode> contracts = contracts_of(options.count);
  const std::int64_t steps = parse_or_auto(options.steps, "steps", kMostSteps);
  const std::int64_t jump = parse_count(options.jump, "jump", 1, kMostSteps);
  const std::vector<std::int64_t> depths =
      parse_counts_or_auto(options.depth, "depth", *std::ranges::min_element(cells));
  const std::vector<Shape> shapes = shapes_of(world, options);
  check_points({cells.size(), shapes.size(), contracts.size(), depths.size(), kernels.size()});
  std::vector<Point> points;
  for (const std::int64_t size : cells) {
    for (const Shape& shape : shapes) {
      for (const CountingMode counting : contracts) {
        for (const std::int64_t depth : depths) {
          for (const Variant* variant : kernels) {
            point.variant = variant;
            point.ranks = shape.ranks;
            point.threads = shape.threads;
            point.counting = counting;
            point.depth = depth;
            point.steps = variant->kernel_class == KernelClass::closed_form && steps == 0 ? jump : steps;
            if (mode == ScalingMode::weak && size > kMostCells / point.workers()) {
              throw BadInput(fmt::format("cells {} for each of {} cores are more than a road may have, 2^40", size,
                                         point.workers()));
            }
            point.set_cells(mode, size);
            points.push_back(point);
          }
        }
      }
    }
  }
  return points;
}
StoppingRule rule_of(const SweepOptions& options) {
  if (!(options.precision > 0)) throw BadInput("precision must be above 0");
  if (!(options.time_cap >= 0)) throw BadInput("time-cap must not be negative");
  if (options.min_repetitions < 1 || options.max_repetitions < options.min_repetitions) {
    throw BadInput("min-repetitions must be at least 1, and max-repetitions no fewer");
  }
  return {.least_repetitions = options.min_repetitions,
          .most_repetitions = options.max_repetitions,
          .precision = options.precision,
          .time_cap = options.time_cap};
}

MeasuringOptions measuring_options_of(const SweepOptions& options) {
  if (!(options.min_seconds > 0)) throw BadInput("min-seconds must be above 0");
  return {.least_seconds = options.min_seconds,
          .verification = verification_of(options.verify),
          .oversubscribe = options.oversubscribe};
}

Json axes_of(Communicator& world, const SweepOptions& options) {
  const auto text = [](double number) { return fmt::format("{}", number); };
  return {{"kernels", options.kernels},
          {"cells", options.cells},
          {"ranks", options.ranks},
          {"threads", options.threads},
          {"world", std::to_string(world.size())},
          {"steps", options.steps},
          {"jump", options.jump},
          {"depth", options.depth},
          {"mode", options.mode},
          {"count", options.count},
          {"isa", options.isa},
          {"tile", options.tile},
          {"verify", options.verify},
          {"density", options.start.density},
          {"init", options.start.init},
          {"seed", options.start.seed},
          {"min_seconds", text(options.min_seconds)},
          {"min_repetitions", std::to_string(options.min_repetitions)},
          {"max_repetitions", std::to_string(options.max_repetitions)},
          {"precision", text(options.precision)},
          {"time_cap", text(options.time_cap)}};
}

double seconds_of(const Point& point, const MeasuringOptions& options, const StoppingRule& rule) {
  const auto cells = static_cast<double>(point.road_cells);
  const double iteration = cells / (point.variant->nominal_rate * 1e9 * point.workers());
  const double preparation = 4e-9 * cells / point.workers();
  const double repetition = std::max(options.least_seconds, iteration) + preparation;
  return 0.1 + (rule.least_repetitions + 2) * repetition;
}

namespace {

/// Points with the same of these may be divided by each other.
auto comparable(const Point& point) { return std::tuple(point.cells_asked_for(), point.counting, point.depth); }

}  // namespace

BasesOfPoint bases_of(const std::vector<Point>& points, const std::vector<bool>& measurable, std::size_t index) {
  const Point& point = points[index];
  BasesOfPoint bases;
  if (point.variant->kernel_class != KernelClass::update) return bases;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point& other = points[i];
    if (!measurable[i] || comparable(other) != comparable(point)) continue;
    if (other.variant == point.variant &&
        (bases.base < 0 || other.workers() < points[static_cast<std::size_t>(bases.base)].workers())) {
      bases.base = static_cast<int>(i);
    }
    if (other.variant->name == "naive" && other.workers() == 1 && other.road_cells == point.road_cells) {
      bases.ladder_base = static_cast<int>(i);
    }
  }
  return bases;
}

std::vector<std::vector<std::size_t>> groups_of(const std::vector<Point>& points, const std::vector<bool>& restarted) {
  std::vector<std::vector<std::size_t>> groups;
  std::map<std::tuple<std::int64_t, CountingMode, std::int64_t, int>, std::size_t> places;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!restarted[i]) {
      groups.push_back({i});
      continue;
    }
    const auto key = std::tuple_cat(comparable(points[i]), std::tuple(points[i].workers()));
    const auto [at, fresh] = places.emplace(key, groups.size());
    if (fresh) groups.emplace_back();
    groups[at->second].push_back(i);
  }
  return groups;
}

}  // namespace trafficbench
