#include "drivers/plan/groups.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "drivers/plan/feasibility.hpp"
#include "drivers/report/bases.hpp"

namespace trafficbench {

namespace {

std::vector<Bases> bases_of_points(const std::vector<Point>& points, const std::vector<bool>& feasible) {
  std::vector<RatioMember> members;
  members.reserve(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) members.push_back(ratio_member("sweep", points[i], feasible[i]));
  return bases_of(members);
}

/// Puts one group together.
class Planner {
 public:
  Planner(const std::vector<Point>& points, const Feasibility& feasibility, const MeasuringOptions& options,
          const StoppingRule& rule)
      : points_(points), feasibility_(feasibility), options_(options), rule_(rule) {}

  void add_point(std::size_t point) {
    planned_.points.push_back(point);
    member_for(static_cast<int>(point), true);
  }

  /// Once all points are there: the bases of each of them.
  void add_bases(const std::vector<Bases>& bases) {
    for (std::size_t member = 0; member < planned_.points.size(); ++member) {
      const std::size_t point = planned_.points[member];
      const int base = base_for(point, bases[point].base);
      const int ladder_base = base_for(point, bases[point].ladder_base);
      planned_.group.members[member].base = base;
      planned_.group.members[member].ladder_base = ladder_base;
    }
  }

  PlannedGroup take() { return std::move(planned_); }

 private:
  /// The member that stands for a point, added if it is not there yet.
  int member_for(int point, bool has_row) {
    const auto [at, is_new] = members_.emplace(point, static_cast<int>(planned_.group.members.size()));
    if (is_new) {
      const auto index = static_cast<std::size_t>(point);
      planned_.group.members.push_back(
          {.point = points_[index], .has_row = has_row, .restarted = feasibility_.restarted[index]});
      planned_.seconds += seconds_of(points_[index], options_, rule_);
    }
    return at->second;
  }

  /// The member that stands for a point's base; -1 if there is none, it is the point itself, or its road goes on from
  /// one repetition to the next and so is never the same again.
  int base_for(std::size_t point, int base) {
    if (base < 0 || std::cmp_equal(base, point) || !feasibility_.restarted[static_cast<std::size_t>(base)]) {
      return -1;
    }
    return member_for(base, false);
  }

  const std::vector<Point>& points_;
  const Feasibility& feasibility_;
  const MeasuringOptions& options_;
  const StoppingRule& rule_;
  PlannedGroup planned_;
  std::map<int, int> members_;  // point: member
};

}  // namespace

Feasibility feasibility_of(Communicator& world, const RankGroups& ranks, const std::vector<Point>& points,
                           const MeasuringOptions& options) {
  Feasibility result;
  for (const Point& point : points) {
    std::string reason;
    bool restarted = false;
    if (Communicator* comm = ranks.first(point.ranks)) {
      reason = why_not(*comm, point, options.oversubscribe);
      restarted = options.verification == Verification::full || can_restart(*comm, point);
    }
    world.sleeping_barrier();
    result.feasible.push_back(world.max_of(reason.empty() ? 0 : 1) == 0);
    result.restarted.push_back(world.max_of(restarted ? 1 : 0) > 0);
    result.reasons.push_back(std::move(reason));
  }
  return result;
}

double seconds_of(const Point& point, const MeasuringOptions& options, const StoppingRule& rule) {
  const auto cells = static_cast<double>(point.road_cells);
  const double iteration = cells / (point.variant->nominal_rate * 1e9 * point.workers());
  const double preparation = 4e-9 * cells / point.workers();
  const double repetition = std::max(options.min_seconds, iteration) + preparation;
  return 0.1 + (rule.min_repetitions + 2) * repetition;
}

std::vector<std::vector<std::size_t>> groups_of(const std::vector<Point>& points, const std::vector<bool>& restarted) {
  std::vector<std::vector<std::size_t>> groups;
  std::map<std::tuple<std::int64_t, CountingMode, std::int64_t, int>, std::size_t> places;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!restarted[i]) {
      groups.push_back({i});
      continue;
    }
    const std::tuple key(points[i].road_cells, points[i].counting, points[i].depth, points[i].workers());
    const auto [at, is_new] = places.emplace(key, groups.size());
    if (is_new) groups.emplace_back();
    groups[at->second].push_back(i);
  }
  return groups;
}

std::vector<PlannedGroup> plan_groups(Communicator& world, const RankGroups& ranks, const std::vector<Point>& points,
                                      const std::vector<bool>& missing, const Feasibility& feasibility,
                                      const MeasuringOptions& options, const StoppingRule& rule) {
  const std::vector<Bases> bases = bases_of_points(points, feasibility.feasible);
  std::vector<PlannedGroup> groups;
  for (const std::vector<std::size_t>& together : groups_of(points, feasibility.restarted)) {
    Planner planner(points, feasibility, options, rule);
    for (const std::size_t i : together) {
      if (missing[i] && feasibility.feasible[i]) planner.add_point(i);
    }
    // A road that goes on from one repetition to the next has no rounds to share.
    if (feasibility.restarted[together.front()]) planner.add_bases(bases);
    PlannedGroup planned = planner.take();
    if (planned.points.empty()) continue;
    planned.group.keep_roads = roads_fit_together(world, ranks, planned.group);
    groups.push_back(std::move(planned));
  }
  return groups;
}

}  // namespace trafficbench
