// trafficbench sweep
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>

#include "drivers/ceiling_ranks.hpp"
#include "drivers/ceiling_report.hpp"
#include "drivers/commands.hpp"
#include "drivers/journal.hpp"
#include "drivers/ladder_table.hpp"
#include "drivers/machine.hpp"
#include "drivers/measure.hpp"
#include "drivers/numbers.hpp"
#include "drivers/placement.hpp"
#include "drivers/point.hpp"
#include "drivers/progress.hpp"
#include "drivers/provenance.hpp"
#include "drivers/report.hpp"
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
  std::vector<std::int64_t> threads{1};
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
  if (options.threads == "auto") {
    if (cores > 1) threads.push_back(cores);
    if (cores > size && size > 1) threads.push_back(cores / size);
  } else {
    threads = parse_counts(options.threads, "threads", 1, kMostThreads);
  }
  const bool both_auto = options.ranks == "auto" && options.threads == "auto";
  std::vector<Shape> shapes;
  for (const std::int64_t rank_count : ranks) {
    for (const std::int64_t thread_count : threads) {
      const std::int64_t workers = rank_count * thread_count;
      if ((both_auto && workers != 1 && workers != cores) || workers > kMostCells) continue;
      if (options.threads == "auto" && workers > cores) continue;
      shapes.push_back({static_cast<int>(rank_count), static_cast<int>(thread_count)});
    }
  }
  std::ranges::stable_sort(shapes, {}, [](const Shape& shape) { return shape.ranks * shape.threads; });
  return shapes;
}

std::vector<Counting> contracts_of(const std::string& list) {
  std::vector<Counting> contracts;
  for (const std::string& name : parse_names(list, "contracts")) {
    if (name != "every" && name != "sampled") {
      throw BadInput(fmt::format("count is '{}': it is every, sampled, or both with a comma between", name));
    }
    contracts.push_back(name == "every" ? Counting::every : Counting::last);
  }
  return contracts;
}

std::vector<Point> points_of(Communicator& world, const SweepOptions& options, KernelTable table) {
  if (options.mode != "strong" && options.mode != "weak") {
    throw BadInput(
        fmt::format("mode is '{}': it is strong (the same road for every shape) or weak (the same cells for each "
                    "core)",
                    options.mode));
  }
  Point point;
  point.weak = options.mode == "weak";
  point.start = options.start.read();
  point.isa = options.isa;
  use_isa(options.isa);
  point.tile_words = parse_or_auto(options.tile, "tile", std::int64_t{1} << 30);
  const std::vector<const Variant*> kernels = kernels_named(table, options.kernels);
  const std::vector<std::int64_t> cells = parse_counts(options.cells, "cells", 1, kMostCells);
  const std::vector<Counting> contracts = contracts_of(options.count);
  const std::int64_t steps = parse_or_auto(options.steps, "steps", kMostSteps);
  const std::int64_t jump = parse_count(options.jump, "jump", 1, kMostSteps);
  std::vector<std::int64_t> depths{0};
  if (options.depth != "auto") {
    depths = parse_counts(options.depth, "depth", 1, *std::ranges::min_element(cells));
  }
  std::vector<Point> points;
  for (const std::int64_t size : cells) {
    for (const Shape& shape : shapes_of(world, options)) {
      for (const Counting counting : contracts) {
        for (const std::int64_t depth : depths) {
          for (const Variant* variant : kernels) {
            point.variant = variant;
            point.cells = size;
            point.ranks = shape.ranks;
            point.threads = shape.threads;
            point.counting = counting;
            point.depth = depth;
            point.steps = variant->kernel_class == KernelClass::closed_form && steps == 0 ? jump : steps;
            if (point.weak && size > kMostCells / point.workers()) {
              throw BadInput(fmt::format("cells {} for each of {} cores are more than a road may have, 2^40", size,
                                         point.workers()));
            }
            points.push_back(point);
          }
        }
      }
    }
  }
  return points;
}

StoppingRule rule_of(const SweepOptions& options) {
  if (!(options.min_seconds > 0)) throw BadInput("min-seconds must be above 0");
  if (!(options.precision > 0)) throw BadInput("precision must be above 0");
  if (!(options.time_cap >= 0)) throw BadInput("time-cap must not be negative");
  if (options.min_repetitions < 1 || options.max_repetitions < options.min_repetitions) {
    throw BadInput("min-repetitions must be at least 1, and max-repetitions no fewer");
  }
  return {.least_seconds = options.min_seconds,
          .least_repetitions = options.min_repetitions,
          .most_repetitions = options.max_repetitions,
          .precision = options.precision,
          .time_cap = options.time_cap};
}

Verification verification_of(const std::string& name) {
  if (name == "auto") return Verification::automatic;
  if (name == "full") return Verification::full;
  if (name == "windows") return Verification::windows;
  throw BadInput(fmt::format("verify is '{}': it is auto, full (hash of the whole road) or windows", name));
}

/// The axes as they were asked for: what --resume compares.
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

std::string default_output() {
  const std::string name = fmt::format("{}-{}.json", host_name(), utc_stamp());
  return std::filesystem::is_directory("results") ? "results/" + name : name;
}

/// Guess of the seconds that a point takes: only its proportion to the others matters.
double weight_of(const Point& point, const StoppingRule& rule) {
  const auto cells = static_cast<double>(point.road_cells());
  const double iteration = cells / (point.variant->nominal_rate * 1e9 * point.workers());
  const double preparation = 4e-9 * cells / point.workers();
  const double repetition = std::max(rule.least_seconds, iteration) + preparation;
  return 0.1 + (rule.least_repetitions + 2) * repetition;
}

std::string label_of(const Point& point) {
  return fmt::format("{} {} cells {}x{} {}", point.variant->name, format_count(point.road_cells()), point.ranks,
                     point.threads, name_of(point.counting));
}

std::string result_of(const Json& row) {
  if (row.contains("skipped")) return fmt::format("skipped: {}", row["skipped"].get<std::string>());
  if (row["verified"] == false) return fmt::format("NOT VERIFIED: {}", row["error_message"].get<std::string>());
  if (row["mcops"].is_null()) return fmt::format("{:.3g} s a jump", row["real_time"].get<double>() / 1e3);
  return fmt::format("{:.0f} MCOPs", row["mcops"].get<double>());
}

/// The communicators of the first so many ranks, made once: every rank must take part in making each.
class Parts {
 public:
  Parts(Communicator& world, const std::vector<Point>& points) : world_(world) {
    std::map<int, bool> wanted;
    for (const Point& point : points) wanted[point.ranks] = true;
    for (const auto& [ranks, unused] : wanted) {
      if (ranks < world.size()) parts_[ranks] = world.first(ranks);
    }
  }

  /// nullptr on ranks that do not take part.
  Communicator* of(int ranks) { return ranks == world_.size() ? &world_ : parts_.at(ranks).get(); }

 private:
  Communicator& world_;
  std::map<int, std::unique_ptr<Communicator>> parts_;
};

/// Carries out what is rank 0's alone to do, and may find bad input.
template <typename Task>
void on_rank_0(Communicator& world, const Task& task) {
  together(world, [&] {
    if (world.rank() == 0) task();
  });
}

/// Measures one point, on the ranks that take part; the row is complete on rank 0. `stopped` is set where the sweep is
/// to end.
Json measure_row(Communicator& part, const Point& point, const StoppingRule& rule, const SweepOptions& options, int run,
                 const Ceiling& ceiling, bool& stopped) {
  const std::string reason = why_not(part, point, options.oversubscribe);
  if (!reason.empty()) return skipped_row("sweep", point, reason, run);
  const Measurement measurement = measure(part, point, rule, verification_of(options.verify), options.oversubscribe);
  stopped = measurement.stopped == "interrupted";
  if (measurement.samples.empty()) return skipped_row("sweep", point, measurement.problem, run);
  return part.rank() == 0 ? measured_row("sweep", point, measurement, run, &ceiling) : Json();
}

}  // namespace

Status sweep(Communicator& world, const SweepOptions& options, KernelTable table,
             const std::vector<std::string>& argv) {
  const std::vector<Point> points = points_of(world, options, table);
  const StoppingRule rule = rule_of(options);
  verification_of(options.verify);
  const Json axes = axes_of(world, options);
  if (options.resume && options.output.empty()) {
    throw BadInput("--resume needs --output with the name of the report that was begun");
  }
  const bool leads = world.rank() == 0;
  if (options.dry_run) {
    for (const Point& point : points) {
      if (leads) fmt::print("{}\n", row_name("sweep", point));
    }
    return Status::done;
  }
  on_rank_0(world, [&] {
    if (points.front().start.is_file()) make_start(points.front().start, points.front().road_cells());
  });

  std::unique_ptr<Journal> journal;
  const std::string output = options.output.empty() ? default_output() : options.output;
  on_rank_0(world, [&] {
    journal = std::make_unique<Journal>(Journal::Options{output, options.resume, options.force}, axes);
  });
  if (world.sum_of(journal && journal->complete() ? 1 : 0) > 0) {
    if (leads) fmt::print("{} is complete: nothing is left to do\n", output);
    return Status::done;
  }

  watch_signals();
  Parts parts(world, points);
  if (leads) fmt::print(stderr, "Writing to {}\nMeasuring what the machine can do at most ...\n", output);
  const Ceiling ceiling = measure_ceiling(world);
  Json description = describe_run(world, argv);
  description["limits"] = to_json(ceiling);
  int run = 0;
  on_rank_0(world, [&] {
    run = static_cast<int>(journal->runs().size());
    journal->add_run(description);
  });
  std::vector<double> missing(points.size());
  double weight = 0;
  std::size_t to_do = 0;
  for (std::size_t i = 0; leads && i < points.size(); ++i) {
    if (journal->has_row(row_name("sweep", points[i]))) continue;
    missing[i] = 1;
    weight += weight_of(points[i], rule);
    ++to_do;
  }
  world.broadcast(missing);

  bool stopped = false;
  {
    std::unique_ptr<Progress> progress;
    if (leads) progress = std::make_unique<Progress>(to_do, weight);
    for (std::size_t i = 0; i < points.size() && !stopped; ++i) {
      const Point& point = points[i];
      if (missing[i] == 0) continue;
      if (leads) progress->start(label_of(point));
      Json row;
      if (Communicator* part = parts.of(point.ranks)) {
        row = measure_row(*part, point, rule, options, run, ceiling, stopped);
      }
      // Ranks that took no part have waited here, asleep.
      world.sleeping_barrier();
      stopped = world.max_of(stopped || interrupted() ? 1 : 0) > 0;
      on_rank_0(world, [&] {
        // A point that was cut short is measured again by the next launch.
        if (row["stopped"] != "interrupted") journal->add_row(row);
        progress->done(weight_of(point, rule), result_of(row));
      });
    }
  }
  if (stopped) {
    if (leads) {
      fmt::print(stderr, "trafficbench: interrupted after {} of {} points: go on with --resume --output {}\n",
                 journal->rows().size(), points.size(), output);
    }
    return Status::interrupted;
  }

  bool verified = true;
  on_rank_0(world, [&] {
    std::vector<Json> rows = journal->rows();
    add_ratios(rows);
    journal->finish(make_report("sweep", axes, journal->runs(), rows));
    verified = all_verified(rows);
    print_ladder(rows);
    fmt::print("\nReport: {}\n", output);
    if (!verified) fmt::print(stderr, "trafficbench: rows failed their verification, see above\n");
  });
  verified = world.all(verified);
  return verified ? Status::done : Status::check_failed;
}

}  // namespace trafficbench
