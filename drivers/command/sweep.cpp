// trafficbench sweep
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "drivers/base/numbers.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/base/wall_clock.hpp"
#include "drivers/command/commands.hpp"
#include "drivers/command/ladder_table.hpp"
#include "drivers/command/measuring.hpp"
#include "drivers/command/notes.hpp"
#include "drivers/command/sweep_energy.hpp"
#include "drivers/command/sweep_network.hpp"
#include "drivers/command/sweep_session.hpp"
#include "drivers/command/text_table.hpp"
#include "drivers/io/road_file.hpp"
#include "drivers/measure/network_report.hpp"
#include "drivers/plan/feasibility.hpp"
#include "drivers/plan/groups.hpp"
#include "drivers/plan/sweep_plan.hpp"
#include "drivers/ranks/rank_groups.hpp"
#include "drivers/report/journal.hpp"
#include "drivers/report/nodes.hpp"
#include "drivers/report/provenance.hpp"
#include "drivers/report/ratios.hpp"
#include "drivers/report/report.hpp"
#include "drivers/road/start.hpp"

namespace trafficbench {

namespace {

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

/// How much of this launch was measurement.
std::string time_spent(const std::vector<Row>& rows, const std::vector<Json>& launches, double seconds) {
  double timed = 0;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.samples.size(); ++i) {
      if (row.sample_runs[i] + 1 == launches.size()) timed += row.samples[i];
    }
  }
  return fmt::format("{:.0f} of {:.0f} s went into repetitions that were timed\n", timed, seconds);
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

/// Of the shortest visit of any point.
double shortest_visit(const std::vector<Point>& points, const SweepOptions& options) {
  const MeasuringOptions measuring = measuring_options_of(options);
  double shortest = 1e300;
  for (const Point& point : points) shortest = std::min(shortest, guessed_seconds(point, measuring));
  return shortest;
}

/// Of one energy run, roughly; 0 where none was asked for.
double energy_run_seconds(const SweepOptions& options) {
  return options.energy ? seconds_of_energy_run({.seconds = options.energy_seconds, .root = {}}, 0) : 0;
}

/// A limit that leaves no time for any visit is refused before the work. An energy run may have a launch of its own.
void check_time_limit(double limit, const std::vector<Point>& points, const SweepOptions& options) {
  const double shortest =
      std::ceil(std::max(shortest_visit(points, options) + kCeilingSeconds, 2 * energy_run_seconds(options)));
  if (limit > 0 && limit < shortest) {
    throw BadInput(
        fmt::format("time-limit {:g} s is too short for one visit: the shortest takes about {:g} s", limit, shortest));
  }
}

/// So is a budget that does not hold all visits of any point.
void check_budget(const std::vector<Point>& points, const SweepOptions& options) {
  if (!options.budget) return;
  const double visits = options.visits;
  const double shortest = std::ceil(kCeilingSeconds + energy_run_seconds(options) + (visits - 1) * options.spacing +
                                    std::max(0.0, shortest_visit(points, options) - options.spacing) * visits);
  if (options.budget->number < shortest) {
    throw BadInput(fmt::format("budget {} is too small for {} visits that lie {:g} s apart: they take about {:g} s",
                               options.budget->text, options.visits, options.spacing, shortest));
  }
}

std::set<RankSelection> selections_of(const std::vector<Point>& points) {
  std::set<RankSelection> selections;
  for (const Point& point : points) selections.insert(point.selection());
  return selections;
}

/// Throws BadInput where no point can be measured here. What it says is rank 0's, which takes part in every point.
void check_feasible(const Feasibility& feasibility) {
  if (std::ranges::find(feasibility.feasible, true) != feasibility.feasible.end()) return;
  throw BadInput(fmt::format("no point of this sweep can be measured here: {}", feasibility.reasons.front()));
}

}  // namespace

Status sweep(Communicator& world, const SweepOptions& options, KernelTable table,
             const std::vector<std::string>& argv) {
  const double began = wall_seconds();
  std::vector<Point> points = points_of(world, options, table);
  const Json axes = axes_of(world, options);
  const double time_limit = options.time_limit ? options.time_limit->number : 0;
  check_time_limit(time_limit, points, options);
  check_budget(points, options);
  if (options.resume && options.output.empty()) {
    throw BadInput("--resume needs --output with the name of the report that was begun");
  }
  const bool leads = world.rank() == 0;
  if (options.dry_run) {
    for (const Point& point : points) {
      if (leads) print_out(fmt::format("{}\n", row_name("sweep", point)));
    }
    if (leads && options.energy) {
      say(fmt::format(
          "trafficbench: note: energy takes a run of {:g} s or more of each point, after its visits: about "
          "{:.0f} s for {} points\n",
          options.energy_seconds, static_cast<double>(points.size()) * energy_run_seconds(options), points.size()));
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

  const RankGroups ranks(world, selections_of(points));
  const MeasuringOptions measuring = measuring_options_of(options);
  Feasibility feasibility = feasibility_of(world, ranks, points, measuring);
  if (!options.allow_none) check_feasible(feasibility);

  SweepEnergy energy(world, options);
  std::unique_ptr<Journal> journal;
  const std::string output = options.output.empty() ? default_output() : options.output;
  on_rank_0(world, [&] {
    journal = std::make_unique<Journal>(Journal::Options{output, options.resume, options.force, names}, axes);
  });
  if (world.sum_of(journal && journal->complete() ? 1 : 0) > 0) {
    if (leads) print_out(fmt::format("{} is complete: nothing is left to do\n", output));
    return Status::done;
  }

  say_notes(world);
  // What was raced for at the first visit serves all others.
  const bool was_planned = world.sum_of(journal && !journal->plan().is_null() ? 1 : 0) > 0;
  const ChosenWaves wave = use_waves(
      world, text_of_rank_0(world, leads && was_planned ? journal->plan()["wave"].get<std::string>() : options.wave),
      options.retune);
  if (leads) {
    say(fmt::format("Writing to {}\nInner loops of the bit-sliced kernels: {} ({})\n", output, wave.name,
                    was_planned ? "as the launch before had" : wave.how));
  }
  const Json description = describe_run(world, argv);
  std::size_t run = 0;
  on_rank_0(world, [&] {
    run = journal->runs().size();
    add_launch(*journal, description, output);
  });
  SweepNetwork network(world, ranks, points, feasibility.feasible, options.oversubscribe,
                       leads ? journal->runs() : std::vector<Json>());
  if (!network.figures().empty()) {
    for (Point& point : points) point.exchange_seconds = network.cost(point);
    leave_out_too_deep(world, ranks, points, feasibility);
    on_rank_0(world, [&] { journal->set_limits(to_json(network.figures())); });
  }
  SweepSession session(world, options, std::move(points), ranks, std::move(feasibility), network, energy, journal.get(),
                       run, wave.name, began);
  const SweepSession::End end = session.measure();
  if (end == SweepSession::End::no_time) {
    if (leads) {
      print_error("trafficbench",
                  fmt::format("time-limit {:g} s is too short for any of the visits that are missing; nothing is lost, "
                              "go on with --resume --output {}",
                              time_limit, output));
    }
    return Status::interrupted;
  }
  if (end == SweepSession::End::interrupted) {
    const bool by_signal = asked_to_stop(world);
    if (leads) {
      say(fmt::format("trafficbench: {} after {}: go on with --resume --output {}\n",
                      by_signal ? "interrupted" : "the time limit came",
                      counted(visits_of_launches(journal->runs()), "visit"), output));
    }
    return Status::interrupted;
  }

  bool verified = true;
  on_rank_0(world, [&] {
    std::vector<Row> rows = session.rows();
    sort_rows(names, rows);
    add_ratios(rows, journal->runs());
    journal->finish(make_report("sweep", axes, journal->runs(), rows));
    verified = all_verified(rows);
    print_out(ladder_text(rows, columns_of_output()));
    print_out(fmt::format("\nReport: {}\n", output));
    print_warnings(rows);
    if (const std::string slow = slow_nodes_warning(nodes_of(journal->runs())); !slow.empty()) {
      say(fmt::format("trafficbench: warning: {}\n", slow));
    }
    if (const std::string without = energy.without_joules(); !without.empty()) {
      say(fmt::format("trafficbench: warning: {}\n", without));
    }
    say(time_spent(rows, journal->runs(), wall_seconds() - began));
    // The table shows those of one road alone.
    print_failures(rows);
    if (!verified) say("trafficbench: rows failed their verification, see above\n");
  });
  verified = world.all(verified);
  return verified ? Status::done : Status::check_failed;
}

}  // namespace trafficbench
