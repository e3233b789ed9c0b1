// Which points of a sweep are measured together.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "drivers/measure/point_timer.hpp"
#include "drivers/measure/visit.hpp"
#include "drivers/ranks/communicator.hpp"
#include "drivers/ranks/rank_groups.hpp"
#include "drivers/report/point.hpp"

namespace trafficbench {

/// What this machine makes of each point of a sweep; all lists are as long as the list of points.
struct Feasibility {
  std::vector<bool> feasible;
  std::vector<bool> restarted;       ///< each repetition can begin from the start state
  std::vector<std::string> reasons;  ///< why a point is not feasible; complete on the ranks that take part in it
};

/// Collective over the world.
Feasibility feasibility_of(Communicator& world, const RankGroups& ranks, const std::vector<Point>& points,
                           const MeasuringOptions& options);

/// Collective over the world: takes out those points that do not fit with the depths that they have now. Nothing else
/// may have changed.
void leave_out_too_deep(Communicator& world, const RankGroups& ranks, const std::vector<Point>& points,
                        Feasibility& feasibility);

/// Guess of the seconds that one repetition of a point takes, with what belongs to it.
double guessed_seconds(const Point& point, const MeasuringOptions& options);

/// Indices of points that are measured in the same visits: one road (in a weak sweep: as many cells a core), one
/// counting mode and one depth as asked for, on whatever cores, in the order of `points`. So each stands beside its
/// bases (bases.hpp). A road that cannot be restarted is by itself, since it is never twice in the same state.
std::vector<std::vector<std::size_t>> groups_of(const std::vector<Point>& points, const std::vector<bool>& restarted);

/// A group and the indices of its members in the list of all points.
struct PlannedGroup {
  Group group;
  std::vector<std::size_t> points;
};

/// The groups of all points that are feasible. Collective over the world.
std::vector<PlannedGroup> plan_groups(Communicator& world, const RankGroups& ranks, const std::vector<Point>& points,
                                      const Feasibility& feasibility);

}  // namespace trafficbench
