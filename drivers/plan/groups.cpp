#include "drivers/plan/groups.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "drivers/plan/feasibility.hpp"

namespace trafficbench {

Feasibility feasibility_of(Communicator& world, const RankGroups& ranks, const std::vector<Point>& points,
                           const MeasuringOptions& options) {
  Feasibility result;
  for (const Point& point : points) {
    std::string reason = ranks.why_not(point.selection());
    bool restarted = false;
    if (Communicator* comm = ranks.of(point.selection())) {
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

void leave_out_too_deep(Communicator& world, const RankGroups& ranks, const std::vector<Point>& points,
                        Feasibility& feasibility) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!feasibility.feasible[i] || points[i].exchange_seconds == 0) continue;
    std::string reason;
    if (Communicator* comm = ranks.of(points[i].selection())) reason = why_too_deep(*comm, points[i]);
    world.sleeping_barrier();
    feasibility.feasible[i] = world.max_of(reason.empty() ? 0 : 1) == 0;
    if (!reason.empty()) feasibility.reasons[i] = std::move(reason);
  }
}

double guessed_seconds(const Point& point, const MeasuringOptions& options) {
  const auto cells = static_cast<double>(point.road_cells);
  const double iteration = cells / (point.variant->nominal_rate * 1e9 * point.workers());
  const double preparation = 4e-9 * cells / point.workers();
  return std::max(options.min_seconds, iteration) + preparation;
}

std::vector<std::vector<std::size_t>> groups_of(const std::vector<Point>& points, const std::vector<bool>& restarted) {
  std::vector<std::vector<std::size_t>> groups;
  std::map<std::tuple<std::int64_t, CountingMode, std::int64_t>, std::size_t> places;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!restarted[i]) {
      groups.push_back({i});
      continue;
    }
    const std::tuple key(points[i].cells_asked_for(), points[i].counting, points[i].depth);
    const auto [at, is_new] = places.emplace(key, groups.size());
    if (is_new) groups.emplace_back();
    groups[at->second].push_back(i);
  }
  return groups;
}

std::vector<PlannedGroup> plan_groups(Communicator& world, const RankGroups& ranks, const std::vector<Point>& points,
                                      const Feasibility& feasibility) {
  std::vector<PlannedGroup> groups;
  for (const std::vector<std::size_t>& together : groups_of(points, feasibility.restarted)) {
    PlannedGroup planned;
    for (const std::size_t i : together) {
      if (!feasibility.feasible[i]) continue;
      planned.points.push_back(i);
      planned.group.members.push_back(
          {.point = points[i], .restarted = feasibility.restarted[i], .length = {}, .is_measured = true});
    }
    if (planned.points.empty()) continue;
    planned.group.keep_roads = roads_fit_together(world, ranks, planned.group);
    groups.push_back(std::move(planned));
  }
  return groups;
}

}  // namespace trafficbench
