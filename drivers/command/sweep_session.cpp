#include "drivers/command/sweep_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "drivers/base/known.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/base/wall_clock.hpp"
#include "drivers/command/measuring.hpp"
#include "drivers/machine/memory.hpp"
#include "drivers/machine/placement.hpp"
#include "drivers/measure/ceiling_ranks.hpp"
#include "drivers/measure/ceiling_report.hpp"
#include "drivers/measure/measured_row.hpp"
#include "drivers/measure/network_report.hpp"
#include "drivers/measure/node_paces.hpp"
#include "drivers/plan/sweep_plan.hpp"
#include "drivers/report/visits.hpp"

namespace trafficbench {

namespace {

// What `--rounds auto` chooses from, and what it fills where no budget is given.
constexpr int kLeastRounds = 2;
constexpr int kMostRounds = 10;
constexpr double kUsualSeconds = 180;

// Of a limit, in each pass.
constexpr int kLeastSamples = 3;

// Of a budget, for writing the report and for guesses that were too low.
constexpr double kKeptBack = 0.04;

std::string label_of(const Group& group) {
  const Point& first = group.members.front().point;
  return fmt::format("{} cells{}, {}, {} points", format_count(first.cells_asked_for()),
                     first.cells_per_core ? " per core" : "", name_of(first.counting), group.members.size());
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

}  // namespace

SweepSession::SweepSession(Communicator& world, const SweepOptions& options, std::vector<Point> points,
                           const RankGroups& ranks, Feasibility feasibility, SweepNetwork& network, SweepEnergy& energy,
                           Journal* journal, std::size_t run, std::string wave, double began)
    : world_(world),
      options_(options),
      points_(std::move(points)),
      ranks_(ranks),
      measuring_(measuring_options_of(options)),
      plan_(visits_of(options)),
      journal_(journal),
      run_(run),
      network_(network),
      energy_(energy),
      memory_(min_available_memory(world)),
      road_bytes_(longest_road_bytes(points_, memory_)),
      wave_(std::move(wave)),
      began_(began),
      time_(began, options.time_limit ? options.time_limit->number : 0),
      feasibility_(std::move(feasibility)) {
  for (PlannedGroup& planned : plan_groups(world, ranks_, points_, feasibility_)) {
    stays_.emplace_back();
    stays_.back().planned = std::move(planned);
  }
}

SweepSession::End SweepSession::measure() {
  skip_infeasible();
  take_up();
  if (!try_out_all()) return End::interrupted;
  const End end = make_visits();
  return end == End::done && energy_.is_measured() ? measure_energy() : end;
}

void SweepSession::add_limit_to(Row& row, const Point& point) const {
  add_limit(row, point, ceiling_, network_.figures(), network_.nodes(point));
}

void SweepSession::skip(const Point& point, const std::string& reason) {
  together(world_, [&] {
    if (!leads()) return;
    const Row row = skipped_row("sweep", point, reason);
    const Row* before = journal_->row(row.name);
    if (before == nullptr) {
      journal_->add_row(row);
    } else if (!before->skipped && !before->failed() && count_visits(*before) < plan_.visits) {
      throw WorkFailed(fmt::format("{} was measured before and cannot be now: {}", row.name, reason));
    }
  });
}

/// Start states are kept from one visit to the next as far as an eighth of the memory holds them.
void SweepSession::bound_start_states() {
  double bytes = 0;
  for (const auto& held : shared_.kept) bytes += static_cast<double>(held->bytes());
  constexpr double kPart = 8;
  if (world_.max_of(bytes * world_.node_size()) > memory_ / kPart) shared_.kept.clear();
}

void SweepSession::skip_infeasible() {
  for (std::size_t i = 0; i < points_.size(); ++i) {
    if (!feasibility_.feasible[i]) skip(points_[i], feasibility_.reasons[i]);
  }
}

/// What the journal knows of earlier launches: lengths of repetitions, visits made, who is not measured any more.
void SweepSession::take_up() {
  for (Stay& stay : stays_) {
    int least = INT32_MAX;
    for (Group::Member& member : stay.planned.group.members) {
      double numbers[] = {0, 0, 0, 1};  // steps, restarts, visits, is measured
      if (const Row* row = leads() ? journal_->row(row_name("sweep", member.point)) : nullptr) {
        const bool is_measured = !row->skipped && !row->failed();
        numbers[3] = is_measured ? 1 : 0;
        if (!row->samples.empty()) {
          numbers[0] = static_cast<double>(known(row->steps));
          numbers[1] = static_cast<double>(row->sample_steps.front()) / static_cast<double>(known(row->steps));
          numbers[2] = count_visits(*row);
        }
      }
      world_.broadcast(numbers);
      member.length = {std::llround(numbers[0]), std::llround(numbers[1])};
      member.is_measured = numbers[3] > 0;
      if (member.is_measured) least = std::min(least, static_cast<int>(numbers[2]));
    }
    stay.is_measured = least != INT32_MAX;
    stay.visits = stay.is_measured ? least : 0;
  }
}

/// Finds what each point costs, then fixes the plan. False where a signal came.
bool SweepSession::try_out_all() {
  std::vector<PointCost> costs;
  std::vector<std::pair<std::size_t, std::size_t>> places;  // group and member of each
  std::ptrdiff_t count = 0;
  for (const Stay& stay : stays_) {
    const auto is_measured = [](const Group::Member& member) { return member.is_measured; };
    if (is_missing(stay)) count += std::ranges::count_if(stay.planned.group.members, is_measured);
  }
  // What it takes is what is being found out.
  if (leads()) progress_ = std::make_unique<Progress>(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < stays_.size(); ++i) {
    Stay& stay = stays_[i];
    if (!is_missing(stay)) continue;
    Group& group = stay.planned.group;
    if (leads()) progress_->start(fmt::format("trying out {}", label_of(group)));
    for (std::size_t member = 0; member < group.members.size(); ++member) {
      if (!group.members[member].is_measured) continue;
      if (leads()) {
        progress_->moved(fmt::format("trying out {}: {}", label_of(group), group.members[member].point.variant->name));
      }
      const RepetitionLength fixed = group.members[member].length;
      Cost cost;
      std::string problem;
      if (try_out(world_, ranks_, group, member, measuring_, shared_, time_.deadline(), cost, problem) !=
          WorkEnd::done) {
        progress_.reset();
        return false;
      }
      bound_start_states();
      if (leads()) progress_->done("");
      if (!group.members[member].is_measured) {
        skip(group.members[member].point, problem);
        continue;
      }
      if (fixed.steps != 0) group.members[member].length = fixed;
      costs.push_back({.group = i,
                       .visit = cost.preparation,
                       .first = cost.first,
                       .round = cost.repetition,
                       .after = energy_.seconds_of_run(cost.preparation + cost.repetition)});
      places.emplace_back(i, member);
    }
  }
  progress_.reset();
  fix_plan(costs, places);
  return true;
}

void SweepSession::fix_plan(std::vector<PointCost>& costs,
                            const std::vector<std::pair<std::size_t, std::size_t>>& places) {
  // A meeting of the ranks after each repetition, and what else is not seen in a trial.
  constexpr double kOfAPoint = 1e-3;
  for (PointCost& cost : costs) cost.round += kOfAPoint;
  const double budget = options_.budget ? options_.budget->number : 0;
  const std::string budget_text = options_.budget ? options_.budget->text : "auto";
  const auto left = [&](double seconds) { return (1 - kKeptBack) * seconds - (wall_seconds() - began_); };
  const bool was_fixed = world_.sum_of(leads() && !journal_->plan().is_null() ? 1 : 0) > 0;
  const int least = static_cast<int>(options_.rounds.or_else(budget > 0 ? 1 : kLeastRounds));
  const int most = static_cast<int>(options_.rounds.or_else(kMostRounds));
  stopped_ = options_.rounds.number ? StopReason::fixed : StopReason::budget;
  std::vector<double> out(costs.size());
  if (leads() && budget > 0 && !was_fixed) {
    for (const std::size_t i : left_out(plan_, least, costs, left(budget))) out[i] = 1;
  }
  world_.broadcast(out);
  if (!costs.empty() && std::ranges::all_of(out, [](double each) { return each > 0; })) {
    if (leads()) journal_->discard();
    throw BadInput(
        fmt::format("budget {} holds {} visits, {:g} s apart, of no point: give it more time, or ask for "
                    "shorter roads, fewer visits or a smaller spacing",
                    budget_text, plan_.visits, plan_.spacing));
  }
  for (std::size_t i = 0; i < costs.size(); ++i) {
    if (out[i] == 0) continue;
    Group::Member& member = stays_[places[i].first].planned.group.members[places[i].second];
    member.is_measured = false;
    skip(member.point, fmt::format("{} visits of it did not fit into the budget of {}", plan_.visits, budget_text));
    costs[i] = {.group = costs[i].group, .visit = 0, .first = 0, .round = 0, .after = 0};
  }
  std::vector<GroupCost> groups = costs_of_groups(costs);
  groups.resize(stays_.size());
  std::vector<int> rounds = rounds_within(plan_, groups, left(budget > 0 ? budget : kUsualSeconds), least, most);
  std::vector<double> numbers(rounds.begin(), rounds.end());
  if (leads() && was_fixed) {
    const Json& fixed = journal_->plan()["rounds"];
    for (std::size_t i = 0; i < stays_.size(); ++i) numbers[i] = fixed.value(name_of(stays_[i]), numbers[i]);
  }
  world_.broadcast(numbers);
  Json of_groups = Json::object();
  for (std::size_t i = 0; i < stays_.size(); ++i) {
    Stay& stay = stays_[i];
    stay.cost = groups[i];
    stay.rounds = static_cast<int>(std::lround(numbers[i]));
    of_groups[name_of(stay)] = stay.rounds;
    const auto is_measured = [](const Group::Member& member) { return member.is_measured; };
    stay.is_measured = stay.is_measured && std::ranges::any_of(stay.planned.group.members, is_measured);
  }
  // Last: with a plan on disk, a sweep that is resumed leaves out no more points.
  together(world_, [&] {
    if (leads() && !was_fixed) journal_->set_plan({{"rounds", of_groups}, {"wave", wave_}});
  });
}

std::string SweepSession::name_of(const Stay& stay) {
  return row_name("sweep", stay.planned.group.members.front().point);
}

/// Of the visits that are missing and the energy runs, waits included, from now on. On rank 0.
double SweepSession::seconds_of_missing() const {
  std::vector<VisitsMade> groups;
  groups.reserve(stays_.size());
  for (const Stay& stay : stays_) {
    groups.push_back({.guess = stay.cost.visit + stay.rounds * stay.cost.round,
                      .first = stay.cost.first,
                      .seconds = stay.seconds,
                      .made = is_missing(stay) ? stay.visits : plan_.visits,
                      .last = stay.last});
  }
  const double now = wall_seconds();
  double seconds = seconds_left(plan_, std::move(groups), now, limits_seconds_);
  if (plan_.visits == 1 && !has_ceiling_) seconds += limits_seconds_;
  seconds += seconds_of_energy();
  return std::min(seconds, std::max(0.0, time_.deadline().seconds - now));
}

/// Whether the point has been measured, and its energy has not. On rank 0.
bool SweepSession::lacks_energy(const Point& point) const {
  const Row* row = journal_->row(row_name("sweep", point));
  return row != nullptr && !row->skipped && !row->failed() && !row->energy_joules;
}

/// Of one of a group's points.
double SweepSession::seconds_of_energy_run(const Stay& stay) const {
  return energy_.seconds_of_run((stay.cost.visit + stay.cost.round) /
                                static_cast<double>(stay.planned.group.members.size()));
}

/// Of all runs that are missing, those included whose visits are yet to come. On rank 0.
double SweepSession::seconds_of_energy() const {
  double seconds = 0;
  for (const Stay& stay : stays_) {
    const auto& members = stay.planned.group.members;
    for (const Group::Member& member : members) {
      const bool is_visited = journal_->row(row_name("sweep", member.point)) != nullptr;
      if (!member.is_measured || (is_visited && !lacks_energy(member.point))) continue;
      seconds += seconds_of_energy_run(stay);
    }
  }
  return seconds;
}

double SweepSession::seconds_of_visit(const Stay& stay) const {
  return stay.cost.visit + stay.rounds * stay.cost.round + (stay.visits == 0 ? stay.cost.first : 0);
}

/// Once a pass, while the next visits are too near: of a limit, too, the best over all passes counts.
void SweepSession::measure_limits(int samples) {
  const double began = wall_seconds();
  if (leads()) progress_->start("measuring what the machine can do at most");
  const Ceiling now = measure_ceiling(world_, samples, road_bytes_);
  ceiling_ = has_ceiling_ ? best_of(ceiling_, now) : now;
  has_ceiling_ = true;
  network_.measure_again();
  together(world_, [&] {
    if (!leads()) return;
    Json limits = to_json(ceiling_);
    limits.update(to_json(network_.figures()));
    journal_->set_limits(limits);
    limits_seconds_ = wall_seconds() - began;
    progress_->forecast(seconds_of_missing());
  });
}

SweepSession::End SweepSession::make_visits() {
  const int samples_of_limits = std::max(kLeastSamples, kCeilingSamples / plan_.visits);
  limits_seconds_ = kCeilingSeconds * samples_of_limits / kCeilingSamples;
  std::size_t missing = 0;
  int least = INT32_MAX;
  int most = 0;
  for (const Stay& stay : stays_) {
    if (!is_missing(stay)) continue;
    missing += static_cast<std::size_t>(plan_.visits - stay.visits);
    least = std::min(least, stay.rounds);
    most = std::max(most, stay.rounds);
  }
  if (leads()) {
    const double left = seconds_of_missing();
    progress_ = std::make_unique<Progress>(missing);
    progress_->forecast(left);
    if (missing > 0) {
      const std::string apart = plan_.visits > 1 ? fmt::format(" each, {:g} s apart or more", plan_.spacing) : "";
      say(fmt::format("{} of {} round{}{}: about {:.0f} s{}\n",
                      counted(static_cast<std::size_t>(plan_.visits), "visit"),
                      least == most ? std::to_string(most) : fmt::format("{} to {}", least, most), most == 1 ? "" : "s",
                      apart, left, seconds_of_energy() > 0 ? ", with the runs for their energy" : ""));
    }
  }
  bool is_left_out = false;
  for (int pass = 0; pass < plan_.visits; ++pass) {
    bool has_visited = false;
    for (Stay& stay : stays_) {
      if (!stay.is_measured || stay.visits > pass) continue;
      const double guess = seconds_of_visit(stay);
      const double wait = std::max(0.0, stay.last + plan_.spacing - wall_seconds());
      if (world_.max_of(leads() && !time_.fits(wait + guess) ? 1 : 0) > 0) {
        is_left_out = true;
        continue;
      }
      if (wait_for(stay) == End::interrupted) return End::interrupted;
      has_visited = true;
      const WorkEnd end = visit(stay, guess, time_.deadline());
      if (end == WorkEnd::interrupted) return End::interrupted;
      is_left_out = is_left_out || end == WorkEnd::out_of_time;
    }
    // After the last pass nothing waits.
    const bool is_due = has_visited && (pass + 1 < plan_.visits || !has_ceiling_);
    if (is_due && world_.max_of(leads() && !time_.fits(kCeilingSeconds) ? 1 : 0) == 0) {
      measure_limits(samples_of_limits);
    }
    if (asked_to_stop(world_)) return End::interrupted;
  }
  progress_.reset();
  if (!is_left_out) return End::done;
  const auto is_complete = [&](const Row& row) {
    return row.skipped || row.failed() || count_visits(row) >= plan_.visits || is_cut_short(row);
  };
  const bool all_complete = world_.max_of(leads() && !(journal_->rows().size() == points_.size() &&
                                                       std::ranges::all_of(journal_->rows(), is_complete))
                                              ? 1
                                              : 0) == 0;
  if (all_complete) return End::done;
  return has_added_ ? End::interrupted : End::no_time;
}

/// The points by themselves, one after the other: nothing else may run on the nodes.
SweepSession::End SweepSession::measure_energy() {
  std::vector<std::pair<std::size_t, std::size_t>> places;  // group and member
  for (std::size_t i = 0; i < stays_.size(); ++i) {
    for (std::size_t member = 0; member < stays_[i].planned.group.members.size(); ++member) {
      places.emplace_back(i, member);
    }
  }
  std::vector<double> is_missing(places.size());
  if (leads()) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      const auto [group, member] = places[i];
      is_missing[i] = lacks_energy(stays_[group].planned.group.members[member].point) ? 1 : 0;
    }
    const auto missing = static_cast<std::size_t>(std::ranges::count(is_missing, 1.0));
    const double seconds = seconds_of_energy();
    progress_ = std::make_unique<Progress>(missing);
    progress_->forecast(seconds);
  }
  world_.broadcast(is_missing);
  bool is_left_out = false;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (is_missing[i] == 0) continue;
    const Stay& stay = stays_[places[i].first];
    const Group::Member& member = stay.planned.group.members[places[i].second];
    const double guess = seconds_of_energy_run(stay);
    if (world_.max_of(leads() && !time_.fits_for_certain(guess) ? 1 : 0) > 0) {
      is_left_out = true;
      continue;
    }
    if (leads()) progress_->start(fmt::format("energy of {}", row_name("sweep", member.point)));
    EnergyOutcome outcome;
    const WorkEnd end =
        make_energy_run(world_, ranks_, member, measuring_, shared_, energy_.options(), time_.deadline(), outcome);
    bound_start_states();
    if (end == WorkEnd::interrupted) return End::interrupted;
    if (end == WorkEnd::out_of_time) {
      is_left_out = true;
      continue;
    }
    has_added_ = true;
    add_energy(member.point, outcome);
  }
  progress_.reset();
  if (!is_left_out) return End::done;
  return has_added_ ? End::interrupted : End::no_time;
}

void SweepSession::add_energy(const Point& point, const EnergyOutcome& outcome) {
  together(world_, [&] {
    if (!leads()) return;
    const std::string name = row_name("sweep", point);
    std::string came = "none";
    if (!outcome.problem.empty()) {
      journal_->add_failure(name, outcome.problem);
    } else {
      energy_.note(outcome.why_not);
      if (outcome.why_not.empty()) {
        journal_->add_energy(name, outcome.run);
        came = fmt::format("{:.3g} J in {:.1f} s", outcome.run.joules, outcome.run.seconds);
      }
    }
    progress_->forecast(seconds_of_energy());
    progress_->done(fmt::format("energy of {}: {}", name, came));
  });
}

std::vector<Row> SweepSession::rows() const {
  std::vector<Row> rows = journal_->rows();
  std::map<std::string, const Point*> points;
  for (const Point& point : points_) points[row_name("sweep", point)] = &point;
  for (Row& row : rows) {
    if (is_cut_short(row)) row.stopped = StopReason::time_limit;
    // The limits of a launch are for what it measured; a row that earlier launches completed has theirs.
    const bool is_of_this_launch = !row.sample_runs.empty() && row.sample_runs.back() == run_;
    if (has_ceiling_ && is_of_this_launch) add_limit_to(row, *points[row.name]);
  }
  return rows;
}

bool SweepSession::is_cut_short(const Row& row) const {
  const int visits = count_visits(row);
  return row.restarted == false && visits > 0 && visits < plan_.visits;
}

/// Until the next visit is far enough from the last one.
SweepSession::End SweepSession::wait_for(const Stay& stay) {
  const bool is_stopped = wait_until(world_, stay.last + plan_.spacing, progress_.get(),
                                     fmt::format("waiting, {:g} s between visits", plan_.spacing));
  return is_stopped ? End::interrupted : End::done;
}

WorkEnd SweepSession::visit(Stay& stay, double guess, const Deadline& deadline) {
  Group& group = stay.planned.group;
  const bool is_first = stay.visits == 0;
  const std::string title = fmt::format("visit {} of {}: {}", stay.visits + 1, plan_.visits, label_of(group));
  if (leads()) progress_->start(title);
  const Moved moved = [&](int round, std::size_t member) {
    if (!leads()) return;
    progress_->moved(fmt::format("{}, round {} of {}: {}", title, round + 1, stay.rounds,
                                 group.members[member].point.variant->name));
  };
  stay.last = wall_seconds();
  DisturbanceWatch watch(world_);
  std::vector<Measurement> results;
  const WorkEnd end = make_visit(world_, ranks_, group, measuring_, shared_, is_first, stay.rounds, stay.visits,
                                 deadline, results, moved);
  bound_start_states();
  if (end != WorkEnd::done) return end;
  const std::vector<NodeDisturbance> nodes = watch.finish();
  const double seconds = wall_seconds() - stay.last;
  time_.learn(guess, seconds);
  ++stay.visits;
  // Without what the first one takes beyond, as far as that was guessed right.
  stay.seconds = seconds * (is_first ? 1 - stay.cost.first / guess : 1);
  add_visit(stay, results, title, nodes);
  has_added_ = true;
  const auto is_measured = [](const Group::Member& member) { return member.is_measured; };
  stay.is_measured = std::ranges::any_of(group.members, is_measured);
  return end;
}

void SweepSession::add_visit(const Stay& stay, const std::vector<Measurement>& results, const std::string& title,
                             const std::vector<NodeDisturbance>& nodes) {
  together(world_, [&] {
    if (!leads()) return;
    std::vector<Row> rows;
    const VisitOfRow visit{.run = run_, .visit = journal_->next_visit()};
    NodePaces paces;
    double timed = 0;
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (results[i].samples.empty()) continue;
      for (const double seconds : results[i].samples) timed += seconds;
      const Point& point = stay.planned.group.members[i].point;
      paces.add(point, results[i]);
      rows.push_back(measured_row("sweep", point, results[i], visit, stopped_));
      if (has_ceiling_) add_limit_to(rows.back(), point);
    }
    const double seconds = wall_seconds() - stay.last;
    journal_->add_visit(json_of_visit(stay.last - began_, seconds, nodes, paces.paces()), rows);
    progress_->forecast(seconds_of_missing());
    progress_->done(fmt::format("{}: timed {:.1f} of {:.1f} s", title, timed, seconds));
  });
}

}  // namespace trafficbench
