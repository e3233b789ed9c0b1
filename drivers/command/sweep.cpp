// trafficbench sweep
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "drivers/base/known.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/base/wall_clock.hpp"
#include "drivers/command/commands.hpp"
#include "drivers/command/cpu_quota.hpp"
#include "drivers/command/ladder_table.hpp"
#include "drivers/command/progress.hpp"
#include "drivers/io/road_file.hpp"
#include "drivers/machine/memory.hpp"
#include "drivers/machine/topology.hpp"
#include "drivers/measure/ceiling_ranks.hpp"
#include "drivers/measure/ceiling_report.hpp"
#include "drivers/measure/measured_row.hpp"
#include "drivers/measure/rounds.hpp"
#include "drivers/plan/feasibility.hpp"
#include "drivers/plan/groups.hpp"
#include "drivers/plan/sweep_plan.hpp"
#include "drivers/plan/time_budget.hpp"
#include "drivers/ranks/rank_groups.hpp"
#include "drivers/report/journal.hpp"
#include "drivers/report/provenance.hpp"
#include "drivers/report/ratios.hpp"
#include "drivers/report/report.hpp"
#include "drivers/road/start.hpp"

namespace trafficbench {

namespace {

std::string default_output() {
  const std::string name = fmt::format("{}-{}.json", host_name(), utc_stamp());
  return std::filesystem::is_directory("results") ? "results/" + name : name;
}

std::string label_of(const Point& point) {
  return fmt::format("{} {} cells {}x{} {}", point.variant->name, format_count(point.road_cells), point.ranks,
                     point.threads, name_of(point.counting));
}

std::string result_of(const Row& row) {
  if (row.skipped) return fmt::format("skipped: {}", *row.skipped);
  if (row.failed()) return fmt::format("NOT VERIFIED: {}", known(row.error_message));
  if (!row.mcops.value) return fmt::format("{:.3g} s a jump", known(row.real_time_ms) / 1e3);
  return fmt::format("{:.0f} MCOPs", *row.mcops.value);
}

/// Carries out what is rank 0's alone to do, and may find bad input.
template <typename Task>
void on_rank_0(Communicator& world, const Task& task) {
  together(world, [&] {
    if (world.rank() == 0) task();
  });
}

std::set<int> rank_counts(const std::vector<Point>& points) {
  std::set<int> counts;
  for (const Point& point : points) counts.insert(point.ranks);
  return counts;
}

/// A sweep under way: which points are missing, and how the rest of them is measured.
class Sweep {
 public:
  /// Collective. `journal` is rank 0's.
  Sweep(Communicator& world, const SweepOptions& options, std::vector<Point> points, Journal* journal, std::size_t run,
        Ceiling ceiling, const TimeBudget& budget)
      : world_(world),
        points_(std::move(points)),
        ranks_(world, rank_counts(points_)),
        measuring_(measuring_options_of(options)),
        rule_(rule_of(options)),
        journal_(journal),
        run_(run),
        ceiling_(std::move(ceiling)),
        budget_(budget),
        missing_(find_missing()),
        feasibility_(feasibility_of(world, ranks_, points_, measuring_)),
        groups_(plan_groups(world, ranks_, points_, missing_, feasibility_, measuring_, rule_)) {}

  enum class End {
    all_verified,
    base_failed,  ///< see base_problem()
    interrupted,  ///< by a signal, or because the time was up
    no_time       ///< for any of the missing points
  };

  /// Measures what is missing.
  End measure() {
    std::unique_ptr<Progress> progress;
    if (leads()) progress = std::make_unique<Progress>(count_missing(), seconds_left(0));
    progress_ = progress.get();
    skip_infeasible();
    bool left_out = false;
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      const PlannedGroup& planned = groups_[i];
      if (world_.max_of(leads() && !budget_.fits(planned.seconds) ? 1 : 0) > 0) {
        left_out = true;
        continue;
      }
      const Deadline deadline = budget_.deadline(planned.seconds, seconds_left(i));
      const double began = wall_seconds();
      const RoundsEnd end = measure(planned, deadline);
      if (end == RoundsEnd::interrupted) return End::interrupted;
      left_out = left_out || end == RoundsEnd::out_of_time;
      if (end == RoundsEnd::done) budget_.learn(planned.seconds, wall_seconds() - began);
    }
    progress_ = nullptr;
    if (left_out) return world_.sum_of(added_) > 0 ? End::interrupted : End::no_time;
    return world_.all(base_problem_.empty()) ? End::all_verified : End::base_failed;
  }

  /// What went wrong with a base that was measured again, on rank 0.
  const std::string& base_problem() const { return base_problem_; }

 private:
  bool leads() const { return world_.rank() == 0; }

  std::vector<bool> find_missing() {
    std::vector<double> missing(points_.size());
    for (std::size_t i = 0; leads() && i < points_.size(); ++i) {
      missing[i] = journal_->has_row(row_name("sweep", points_[i])) ? 0 : 1;
    }
    world_.broadcast(missing);
    std::vector<bool> result(points_.size());
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = missing[i] != 0;
    return result;
  }

  std::size_t count_missing() const { return static_cast<std::size_t>(std::ranges::count(missing_, true)); }

  /// Guess of what the groups from that one on take.
  double seconds_left(std::size_t first) const {
    double seconds = 0;
    for (std::size_t i = first; i < groups_.size(); ++i) seconds += groups_[i].seconds;
    return seconds;
  }

  void add_row(const Row& row, const Point& point, double seconds) {
    on_rank_0(world_, [&] {
      journal_->add_row(row);
      progress_->done(seconds, label_of(point) + ": " + result_of(row));
      ++added_;
    });
  }

  void skip_infeasible() {
    for (std::size_t i = 0; i < points_.size(); ++i) {
      if (!missing_[i] || feasibility_.feasible[i]) continue;
      add_row(skipped_row("sweep", points_[i], feasibility_.reasons[i], run_), points_[i], 0);
    }
  }

  RoundsEnd measure(const PlannedGroup& planned, const Deadline& deadline) {
    const Group& group = planned.group;
    const Point& first = group.members.front().point;
    if (leads()) {
      progress_->start(fmt::format("{} cells on {} core{}, {}: {} points", format_count(first.road_cells),
                                   first.workers(), first.workers() == 1 ? "" : "s", name_of(first.counting),
                                   planned.points.size()));
    }
    const double seconds_of_a_point = planned.seconds / static_cast<double>(planned.points.size());
    return measure_in_rounds(world_, ranks_, group, measuring_, rule_, deadline,
                             [&](std::size_t member, const Measurement& measurement) {
                               const Point& point = group.members[member].point;
                               if (group.members[member].has_row) {
                                 add_row(row_of_point(point, measurement), point, seconds_of_a_point);
                               } else if (leads() && !measurement.problem.empty()) {
                                 base_problem_ = label_of(point) + ": " + measurement.problem;
                               }
                             });
  }

  /// On rank 0; elsewhere an empty row.
  Row row_of_point(const Point& point, const Measurement& measurement) const {
    if (!leads()) return {};
    if (measurement.samples.empty()) return skipped_row("sweep", point, measurement.problem, run_);
    return measured_row("sweep", point, measurement, run_, &ceiling_);
  }

  Communicator& world_;
  std::vector<Point> points_;
  RankGroups ranks_;
  MeasuringOptions measuring_;
  StoppingRule rule_;
  Journal* journal_;  // on rank 0
  std::size_t run_;
  Ceiling ceiling_;
  TimeBudget budget_;
  std::vector<bool> missing_;
  Feasibility feasibility_;
  std::vector<PlannedGroup> groups_;
  Progress* progress_ = nullptr;  // on rank 0
  std::string base_problem_;
  std::int64_t added_ = 0;  // rows of this launch; on rank 0
};

/// Puts the rows into the order of the points.
void sort_rows(const std::vector<std::string>& names, std::vector<Row>& rows) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < names.size(); ++i) places[names[i]] = i;
  std::ranges::stable_sort(rows, {}, [&](const Row& row) { return places[row.name]; });
}

std::string_view meaning_of(Warning warning) {
  switch (warning) {
    case Warning::clock_changed:
      return "the clock changed under way";
    case Warning::placement_changed:
      return "a worker moved to another core under way";
    case Warning::shared_core:
      return "two workers were seen on one core";
    case Warning::oversubscribed:
      return "there were more workers than cores";
    case Warning::short_repetition:
      return "a repetition was shorter than asked for";
  }
  return "";
}

/// Tells of what the rows' warnings say.
void print_warnings(const std::vector<Row>& rows) {
  std::map<Warning, int> counts;
  for (const Row& row : rows) {
    for (const Warning warning : row.warnings) ++counts[warning];
  }
  for (const auto& [warning, count] : counts) {
    say(fmt::format("trafficbench: warning: {} ({} of {} rows)\n", meaning_of(warning), count, rows.size()));
  }
}

/// Bytes a core of the longest road that `memory_bytes` hold: a longer one is not measured.
std::int64_t longest_road_bytes(const std::vector<Point>& points, double memory_bytes) {
  std::int64_t longest = 0;
  for (const Point& point : points) {
    const std::int64_t bytes = road_bytes_per_core(*point.variant, point.road_cells / point.workers() + 1);
    if (static_cast<double>(bytes) < memory_bytes) longest = std::max(longest, bytes);
  }
  return longest;
}

/// A limit that leaves no time for any point is refused before the work.
void check_time_limit(double limit, const std::vector<Point>& points, const SweepOptions& options) {
  constexpr double kCeilingSeconds = 5;
  const MeasuringOptions measuring = measuring_options_of(options);
  const StoppingRule rule = rule_of(options);
  double shortest = 1e300;
  for (const Point& point : points) shortest = std::min(shortest, seconds_of(point, measuring, rule));
  shortest = std::ceil(shortest + kCeilingSeconds);
  if (limit > 0 && limit < shortest) {
    throw BadInput(
        fmt::format("time-limit {:g} s is too short for one point: the shortest takes about {:g} s", limit, shortest));
  }
}

}  // namespace

Status sweep(Communicator& world, const SweepOptions& options, KernelTable table,
             const std::vector<std::string>& argv) {
  const double began = wall_seconds();
  std::vector<Point> points = points_of(world, options, table);
  const Json axes = axes_of(world, options);
  const double time_limit = options.time_limit ? options.time_limit->number : 0;
  check_time_limit(time_limit, points, options);
  if (options.resume && options.output.empty()) {
    throw BadInput("--resume needs --output with the name of the report that was begun");
  }
  const bool leads = world.rank() == 0;
  if (options.dry_run) {
    for (const Point& point : points) {
      if (leads) print_out(fmt::format("{}\n", row_name("sweep", point)));
    }
    return Status::done;
  }
  on_rank_0(world, [&] {
    const StartOptions& start = points.front().start;
    if (!start.is_file()) return;
    make_start(start, points.front().road_cells);
    RoadFile(start.path()).check_cells();
  });
  std::vector<std::string> names;
  names.reserve(points.size());
  for (const Point& point : points) names.push_back(row_name("sweep", point));

  std::unique_ptr<Journal> journal;
  const std::string output = options.output.empty() ? default_output() : options.output;
  on_rank_0(world, [&] {
    journal = std::make_unique<Journal>(Journal::Options{output, options.resume, options.force, names}, axes);
  });
  if (world.sum_of(journal && journal->complete() ? 1 : 0) > 0) {
    if (leads) print_out(fmt::format("{} is complete: nothing is left to do\n", output));
    return Status::done;
  }

  say_cpu_quota(world);
  if (leads) say(fmt::format("Writing to {}\nMeasuring what the machine can do at most ...\n", output));
  const Ceiling ceiling = measure_ceiling(world, longest_road_bytes(points, min_available_memory(world)));
  Json description = describe_run(world, argv);
  description["limits"] = to_json(ceiling);
  std::size_t run = 0;
  on_rank_0(world, [&] {
    run = journal->runs().size();
    journal->add_run(description);
  });
  Sweep sweep(world, options, std::move(points), journal.get(), run, ceiling, TimeBudget(began, time_limit));
  const Sweep::End end = sweep.measure();
  if (end == Sweep::End::no_time) {
    if (leads) {
      print_error("trafficbench",
                  fmt::format("time-limit {:g} s is too short for any of the points that are missing; nothing is lost, "
                              "go on with --resume --output {}",
                              time_limit, output));
    }
    return Status::interrupted;
  }
  if (end == Sweep::End::interrupted) {
    const bool by_signal = asked_to_stop(world);
    if (leads) {
      say(fmt::format("trafficbench: {} after {} of {} points: go on with --resume --output {}\n",
                      by_signal ? "interrupted" : "the time limit came", journal->rows().size(), names.size(), output));
    }
    return Status::interrupted;
  }

  bool verified = end == Sweep::End::all_verified;
  on_rank_0(world, [&] {
    std::vector<Row> rows = journal->rows();
    sort_rows(names, rows);
    add_ratios(rows, journal->runs());
    journal->finish(make_report("sweep", axes, journal->runs(), rows));
    verified = verified && all_verified(rows);
    print_ladder(rows);
    print_out(fmt::format("\nReport: {}\n", output));
    print_warnings(rows);
    if (!sweep.base_problem().empty()) {
      say(fmt::format("trafficbench: NOT VERIFIED as a base: {}\n", sweep.base_problem()));
    }
    if (!verified) say("trafficbench: rows failed their verification, see above\n");
  });
  verified = world.all(verified);
  return verified ? Status::done : Status::check_failed;
}

}  // namespace trafficbench
