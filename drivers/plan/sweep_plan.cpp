#include "drivers/plan/sweep_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>
#include <type_traits>

#include "drivers/base/known.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/utf8.hpp"
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
  const int size = world.size();
  const int cores = threads_per_rank(world) * size;
  std::vector<std::int64_t> ranks{1};
  const auto is_number = [](std::int64_t per_node) { return per_node != kAuto; };
  if (options.ranks.automatic() && std::ranges::any_of(options.ranks_per_node.numbers, is_number)) {
    throw BadInput("--ranks-per-node with a number takes --ranks with numbers");
  }
  if (options.ranks.automatic()) {
    if (size > 1) ranks.push_back(size);
  } else {
    ranks = known(options.ranks.numbers);
    for (const std::int64_t number : ranks) {
      if (number > size) {
        throw BadInput(fmt::format("ranks {} are more than there are: the program was started with {}", number, size));
      }
    }
  }
  const auto threads_of = [&](std::int64_t rank_count) -> std::vector<std::int64_t> {
    if (!options.threads.automatic()) return *options.threads.numbers;
    if (cores < 2 * rank_count) return {1};
    return {1, cores / rank_count};
  };
  const bool both_auto = options.ranks.automatic() && options.threads.automatic();
  std::vector<Shape> shapes;
  for (const std::int64_t rank_count : ranks) {
    for (const std::int64_t thread_count : threads_of(rank_count)) {
      const std::int64_t workers = rank_count * thread_count;
      if ((both_auto && workers != 1 && workers != cores) || workers > kMaxCells) continue;
      shapes.push_back({static_cast<int>(rank_count), static_cast<int>(thread_count)});
    }
  }
  std::ranges::stable_sort(shapes, {}, [](const Shape& shape) { return shape.ranks * shape.threads; });
  return shapes;
}

/// Adds points like this one, whose kernel, road and shape are set: all combinations of ways to communicate and to be
/// placed that were asked for. One rank speaks to nobody, and one worker is placed in one way.
void add_ways(Point point, const SweepOptions& options, std::vector<Point>& points) {
  const bool speaks = point.ranks > 1;
  const auto or_default = [](bool varies, const auto& asked_for, auto otherwise) {
    return varies ? asked_for : std::remove_cvref_t<decltype(asked_for)>{otherwise};
  };
  for (const auto* exchange : or_default(speaks, options.exchange.methods, &exchange_methods().front())) {
    for (const Overlap overlap : or_default(speaks, options.overlap.values, Overlap::off)) {
      for (const auto* reduce : or_default(speaks, options.reduce.methods, &reduce_methods().front())) {
        for (const auto* placement :
             or_default(point.workers() > 1, options.placement.methods, &placement_policies().front())) {
          for (const std::int64_t per_node : or_default(speaks, options.ranks_per_node.numbers, kAuto)) {
            point.exchange = exchange;
            point.overlap = overlap;
            point.reduce = reduce;
            point.placement = placement;
            point.ranks_per_node = static_cast<int>(per_node);
            points.push_back(point);
          }
        }
      }
    }
  }
}

/// Of a kernel that always makes the course's 100 iterations, whoever asks for all kernels and not for it by name gets
/// short roads only: on a road of 1e7 cells one repetition takes seconds.
bool is_too_long_for_all(const Variant& variant, ScalingMode mode, std::int64_t cells, const Shape& shape) {
  constexpr std::int64_t kLongest = 1'000'000;
  const std::int64_t cores = mode == ScalingMode::weak ? std::int64_t{shape.ranks} * shape.threads : 1;
  return variant.rate_depends_on_steps && cells > kLongest / cores;
}

/// A kernel that was named by its OpenMP form must find a shape with threads.
void check_threads(const std::vector<KernelChoice>& kernels, const std::vector<Shape>& shapes,
                   const SweepOptions& options) {
  for (const KernelChoice& kernel : kernels) {
    const bool stands =
        std::ranges::any_of(shapes, [&](const Shape& shape) { return shape.threads >= kernel.min_threads(); });
    if (!stands) {
      refuse_one_thread(kernel, options.threads.automatic() ? "--threads auto comes to 1 here"
                                                            : fmt::format("--threads is {}", options.threads.text));
    }
  }
}

}  // namespace

std::vector<Point> points_of(Communicator& world, const SweepOptions& options, KernelTable table) {
  Point point;
  const ScalingMode mode = options.mode.value;
  point.start = options.start.start();
  point.isa = options.isa;
  use_isa(options.isa);
  if (options.wave != "auto") use_waves(world, options.wave);
  point.wave = options.wave;
  point.knobs = values_of(options.knobs);
  const std::vector<KernelChoice> kernels = options.kernels.choose(table, ternary_everywhere(world));
  check_exchanges(world, options.exchange.methods);
  const std::vector<std::int64_t>& cells = options.cells.numbers;
  const std::vector<std::int64_t>& depths = options.depth.numbers;
  const std::int64_t shortest = *std::ranges::min_element(cells);
  for (const std::int64_t depth : depths) {
    if (depth != kAuto) check_count(depth, "depth", 1, shortest);
  }
  const std::vector<Shape> shapes = shapes_of(world, options);
  check_threads(kernels, shapes, options);
  check_points({cells.size(), shapes.size(), options.count.values.size(), depths.size(), kernels.size(),
                options.exchange.methods.size(), options.reduce.methods.size(), options.overlap.values.size(),
                options.placement.methods.size(), options.ranks_per_node.numbers.size()});
  const bool takes_all = options.kernels.text == "all";
  std::vector<Point> points;
  for (const std::int64_t size : cells) {
    for (const Shape& shape : shapes) {
      for (const CountingMode counting : options.count.values) {
        for (const std::int64_t depth : depths) {
          for (const KernelChoice& kernel : kernels) {
            if (shape.threads < kernel.min_threads()) continue;
            if (takes_all && is_too_long_for_all(*kernel.variant, mode, size, shape)) continue;
            point.variant = kernel.variant;
            point.ranks = shape.ranks;
            point.threads = shape.threads;
            point.counting = counting;
            point.depth = depth;
            point.steps = options.steps.or_else(
                kernel.variant->kernel_class == KernelClass::closed_form ? options.jump.number : 0);
            if (mode == ScalingMode::weak && size > kMaxCells / point.workers()) {
              throw BadInput(fmt::format("cells {} for each of {} cores are more than a road may have, 2^40", size,
                                         point.workers()));
            }
            point.set_cells(mode, size);
            add_ways(point, options, points);
          }
        }
      }
    }
  }
  return points;
}

VisitPlan visits_of(const SweepOptions& options) { return {.visits = options.visits, .spacing = options.spacing}; }

MeasuringOptions measuring_options_of(const SweepOptions& options) {
  return {
      .min_seconds = options.min_seconds, .verification = options.verify.value, .oversubscribe = options.oversubscribe};
}

Json axes_of(Communicator& world, const SweepOptions& options) {
  const auto text = [](double number) { return fmt::format("{}", number); };
  Json axes = {{"kernels", options.kernels.text},
               {"cells", options.cells.text},
               {"ranks", options.ranks.text},
               {"threads", options.threads.text},
               {"world", std::to_string(world.size())},
               {"steps", options.steps.text},
               {"jump", options.jump.text},
               {"depth", options.depth.text},
               {"mode", options.mode.text},
               {"count", options.count.text},
               {"exchange", options.exchange.text},
               {"overlap", options.overlap.text},
               {"reduce", options.reduce.text},
               {"placement", options.placement.text},
               {"ranks_per_node", options.ranks_per_node.text},
               {"isa", options.isa},
               {"wave", valid_utf8(options.wave)}};
  for (const auto& [knob, option] : options.knobs) axes[knob] = option.text;
  axes.update(Json{{"verify", options.verify.text},
                   {"density", options.start.density.text},
                   {"init", valid_utf8(options.start.init)},
                   {"seed", options.start.seed.text},
                   {"min_seconds", text(options.min_seconds)},
                   {"visits", std::to_string(options.visits)},
                   {"rounds", options.rounds.text},
                   {"spacing", text(options.spacing)},
                   {"budget", options.budget ? options.budget->text : "auto"}});
  if (options.energy) axes["energy_seconds"] = text(options.energy_seconds);
  return axes;
}

}  // namespace trafficbench
