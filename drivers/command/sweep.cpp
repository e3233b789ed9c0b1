// trafficbench sweep
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>

#include "drivers/base/interrupt.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/command/commands.hpp"
#include "drivers/command/ladder_table.hpp"
#include "drivers/command/progress.hpp"
#include "drivers/machine/machine.hpp"
#include "drivers/measure/ceiling_ranks.hpp"
#include "drivers/measure/ceiling_report.hpp"
#include "drivers/measure/rounds.hpp"
#include "drivers/plan/feasibility.hpp"
#include "drivers/plan/sweep_plan.hpp"
#include "drivers/plan/time_budget.hpp"
#include "drivers/report/journal.hpp"
#include "drivers/report/provenance.hpp"
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

std::string result_of(const Json& row) {
  if (row.contains("skipped")) return fmt::format("skipped: {}", row["skipped"].get<std::string>());
  if (row["verified"] == false) return fmt::format("NOT VERIFIED: {}", row["error_message"].get<std::string>());
  if (row["mcops"].is_null()) return fmt::format("{:.3g} s a jump", row["real_time"].get<double>() / 1e3);
  return fmt::format("{:.0f} MCOPs", row["mcops"].get<double>());
}

/// Carries out what is rank 0's alone to do, and may find bad input.
template <typename Task>
void on_rank_0(Communicator& world, const Task& task) {
  together(world, [&] {
    if (world.rank() == 0) task();
  });
}

/// A sweep under way: which points are missing, and how the rest of them is measured.
class Sweep {
 public:
  Sweep(Communicator& world, const SweepOptions& options, std::vector<Point> points, Journal* journal, int run,
        Ceiling ceiling, const TimeBudget& budget)
      : world_(world),
        points_(std::move(points)),
        parts_(world, points_),
        measuring_(measuring_options_of(options)),
        rule_(rule_of(options)),
        journal_(journal),
        run_(run),
        ceiling_(std::move(ceiling)),
        budget_(budget) {
    find_missing();
    find_feasible();
    for (const std::vector<std::size_t>& members : groups_of(points_, restarted_)) {
      Plan plan = plan_of(members);
      if (!plan.members.empty()) plans_.push_back(std::move(plan));
    }
  }

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
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      const Plan& plan = plans_[i];
      if (world_.max_of(leads() && !budget_.fits(plan.seconds) ? 1 : 0) > 0) {
        left_out = true;
        continue;
      }
      const Deadline deadline = budget_.deadline(plan.seconds, seconds_left(i));
      const double began = wall_seconds();
      const RoundsEnd end = measure(plan, deadline);
      if (end == RoundsEnd::interrupted) return End::interrupted;
      left_out = left_out || end == RoundsEnd::out_of_time;
      if (end == RoundsEnd::done) budget_.learn(plan.seconds, wall_seconds() - began);
    }
    progress_ = nullptr;
    if (left_out) return world_.sum_of(added_) > 0 ? End::interrupted : End::no_time;
    return world_.all(base_problem_.empty()) ? End::all_verified : End::base_failed;
  }

  /// What went wrong with a base that was measured again, on rank 0.
  const std::string& base_problem() const { return base_problem_; }

 private:
  /// A group of points with the bases that are measured again beside them.
  struct Plan {
    Group group;
    std::vector<std::size_t> members;  ///< indices of the points that rows come of: the first members of the group
    double seconds = 0;                ///< guessed
  };

  bool leads() const { return world_.rank() == 0; }

  void find_missing() {
    std::vector<double> missing(points_.size());
    for (std::size_t i = 0; leads() && i < points_.size(); ++i) {
      missing[i] = journal_->has_row(row_name("sweep", points_[i])) ? 0 : 1;
    }
    world_.broadcast(missing);
    for (const double each : missing) missing_.push_back(each != 0);
  }

  void find_feasible() {
    for (const Point& point : points_) {
      std::string reason;
      bool restarted = false;
      if (Communicator* part = parts_.of(point.ranks)) {
        reason = why_not(*part, point, measuring_.oversubscribe);
        restarted = measuring_.verification == Verification::full || can_restart(*part, point);
      }
      world_.sleeping_barrier();
      feasible_.push_back(world_.max_of(reason.empty() ? 0 : 1) == 0);
      restarted_.push_back(world_.max_of(restarted ? 1 : 0) > 0);
      reasons_.push_back(std::move(reason));
    }
  }

  /// The missing points among those, and what their ratios are over.
  Plan plan_of(const std::vector<std::size_t>& indices) const {
    Plan plan;
    std::map<int, int> places;  // of points among the members
    const auto place_of = [&](int index, bool wanted) {
      const auto [at, fresh] = places.emplace(index, static_cast<int>(plan.group.members.size()));
      if (fresh) {
        const auto at_point = static_cast<std::size_t>(index);
        plan.group.members.push_back({.point = points_[at_point], .wanted = wanted, .restarted = restarted_[at_point]});
        plan.seconds += seconds_of(plan.group.members.back().point, measuring_, rule_);
      }
      return at->second;
    };
    for (const std::size_t i : indices) {
      if (!missing_[i] || !feasible_[i]) continue;
      plan.members.push_back(i);
      place_of(static_cast<int>(i), true);
    }
    // A road that goes on from one repetition to the next has no rounds to share.
    if (!plan.members.empty() && restarted_[plan.members.front()]) {
      for (std::size_t at = 0; at < plan.members.size(); ++at) {
        const BasesOfPoint bases = bases_of(points_, feasible_, plan.members[at]);
        const auto base_place = [&](int index) {
          return index < 0 || index == static_cast<int>(plan.members[at]) ||
                         !restarted_[static_cast<std::size_t>(index)]
                     ? -1
                     : place_of(index, false);
        };
        const int base = base_place(bases.base);
        const int ladder_base = base_place(bases.ladder_base);
        plan.group.members[at].base = base;
        plan.group.members[at].ladder_base = ladder_base;
      }
    }
    return plan;
  }

  std::size_t count_missing() const { return static_cast<std::size_t>(std::ranges::count(missing_, true)); }

  /// Guess of what the plans from that one on take.
  double seconds_left(std::size_t first) const {
    double seconds = 0;
    for (std::size_t i = first; i < plans_.size(); ++i) seconds += plans_[i].seconds;
    return seconds;
  }

  void add_row(const Json& row, const Point& point, double seconds) {
    on_rank_0(world_, [&] {
      journal_->add_row(row);
      progress_->done(seconds, label_of(point) + ": " + result_of(row));
      ++added_;
    });
  }

  void skip_infeasible() {
    for (std::size_t i = 0; i < points_.size(); ++i) {
      if (!missing_[i] || feasible_[i]) continue;
      add_row(skipped_row("sweep", points_[i], reasons_[i], run_), points_[i], 0);
    }
  }

  RoundsEnd measure(const Plan& plan, const Deadline& deadline) {
    const Point& first = plan.group.members.front().point;
    if (leads()) {
      progress_->start(fmt::format("{} cells on {} core{}, {}: {} points", format_count(first.road_cells),
                                   first.workers(), first.workers() == 1 ? "" : "s", name_of(first.counting),
                                   plan.members.size()));
    }
    return measure_in_rounds(world_, parts_, plan.group, measuring_, rule_, deadline,
                             [&](std::size_t member, const Measurement& measurement) {
                               const Point& point = plan.group.members[member].point;
                               if (!plan.group.members[member].wanted) {
                                 if (leads() && !measurement.problem.empty()) {
                                   base_problem_ = label_of(point) + ": " + measurement.problem;
                                 }
                                 return;
                               }
                               Json row;
                               if (leads()) {
                                 row = measurement.samples.empty()
                                           ? skipped_row("sweep", point, measurement.problem, run_)
                                           : measured_row("sweep", point, measurement, run_, &ceiling_);
                               }
                               add_row(row, point, plan.seconds / static_cast<double>(plan.members.size()));
                             });
  }

  Communicator& world_;
  std::vector<Point> points_;
  Parts parts_;
  MeasuringOptions measuring_;
  StoppingRule rule_;
  Journal* journal_;  // on rank 0
  int run_;
  Ceiling ceiling_;
  TimeBudget budget_;
  std::vector<bool> missing_;
  std::vector<bool> feasible_;
  std::vector<bool> restarted_;
  std::vector<std::string> reasons_;  // of points that are not feasible; on the ranks that take part in them
  std::vector<Plan> plans_;
  Progress* progress_ = nullptr;  // on rank 0
  std::string base_problem_;
  std::int64_t added_ = 0;  // rows of this launch; on rank 0
};

/// The report of a sweep that is complete. `rows` come in the order of the points, with their ratios.
Json finished_report(const std::vector<std::string>& names, const Json& axes, const std::vector<Json>& runs,
                     std::vector<Json>& rows) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < names.size(); ++i) places[names[i]] = i;
  std::ranges::stable_sort(rows, {}, [&](const Json& row) { return places[row["name"].get<std::string>()]; });
  add_ratios(rows, runs);
  return make_report("sweep", axes, runs, rows);
}

/// Tells of what the rows' warnings say.
void print_warnings(const std::vector<Json>& rows) {
  const std::map<std::string, std::string> meanings{{"clock_changed", "the clock changed under way"},
                                                    {"placement_changed", "a worker moved to another core under way"},
                                                    {"shared_core", "two workers were seen on one core"},
                                                    {"oversubscribed", "there were more workers than cores"},
                                                    {"short_repetition", "a repetition was shorter than asked for"}};
  std::map<std::string, int> counts;
  for (const Json& row : rows) {
    if (!row.contains("warnings")) continue;
    for (const Json& warning : row["warnings"]) ++counts[warning.get<std::string>()];
  }
  for (const auto& [warning, count] : counts) {
    fmt::print(stderr, "trafficbench: warning: {} ({} of {} rows)\n", meanings.at(warning), count, rows.size());
  }
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
    if (points.front().start.is_file()) make_start(points.front().start, points.front().road_cells);
  });

  std::unique_ptr<Journal> journal;
  const std::string output = options.output.empty() ? default_output() : options.output;
  on_rank_0(world, [&] {
    journal = std::make_unique<Journal>(Journal::Options{output, options.resume, options.force}, axes);
  });
  if (world.sum_of(journal && journal->complete() ? 1 : 0) > 0) {
    if (leads) print_out(fmt::format("{} is complete: nothing is left to do\n", output));
    return Status::done;
  }

  watch_signals();
  if (leads) fmt::print(stderr, "Writing to {}\nMeasuring what the machine can do at most ...\n", output);
  const Ceiling ceiling = measure_ceiling(world);
  Json description = describe_run(world, argv);
  description["limits"] = to_json(ceiling);
  int run = 0;
  on_rank_0(world, [&] {
    run = static_cast<int>(journal->runs().size());
    journal->add_run(description);
  });
  std::vector<std::string> names;
  names.reserve(points.size());
  for (const Point& point : points) names.push_back(row_name("sweep", point));
  Sweep sweep(world, options, std::move(points), journal.get(), run, ceiling, TimeBudget(began, time_limit));
  const Sweep::End end = sweep.measure();
  if (end == Sweep::End::no_time) {
    throw BadInput(
        fmt::format("time-limit {:g} s is too short for any of the points that are missing; nothing is lost, "
                    "go on with --resume --output {}",
                    time_limit, output));
  }
  if (end == Sweep::End::interrupted) {
    if (leads) {
      fmt::print(stderr, "trafficbench: {} after {} of {} points: go on with --resume --output {}\n",
                 interrupted() ? "interrupted" : "the time limit came", journal->rows().size(), names.size(), output);
    }
    return Status::interrupted;
  }

  bool verified = end == Sweep::End::all_verified;
  on_rank_0(world, [&] {
    std::vector<Json> rows = journal->rows();
    journal->finish(finished_report(names, axes, journal->runs(), rows));
    verified = verified && all_verified(rows);
    print_ladder(rows);
    print_out(fmt::format("\nReport: {}\n", output));
    print_warnings(rows);
    if (!sweep.base_problem().empty()) {
      fmt::print(stderr, "trafficbench: NOT VERIFIED as a base: {}\n", sweep.base_problem());
    }
    if (!verified) fmt::print(stderr, "trafficbench: rows failed their verification, see above\n");
  });
  verified = world.all(verified);
  return verified ? Status::done : Status::check_failed;
}

}  // namespace trafficbench
