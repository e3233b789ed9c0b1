// Which points of a sweep are measured together, and against what.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "drivers/measure/point_timer.hpp"
#include "drivers/measure/rounds.hpp"
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

/// Guess of the seconds that the fewest repetitions of a point take, with what belongs to them.
double seconds_of(const Point& point, const MeasuringOptions& options, const StoppingRule& rule);

/// Indices of points that are measured in the same rounds: one road, one counting mode and as many cores, in the order
/// of `points`; each by itself where a road cannot be restarted, since it is then never twice in the same state.
std::vector<std::vector<std::size_t>> groups_of(const std::vector<Point>& points, const std::vector<bool>& restarted);

/// A group of points with the bases that are measured again in its rounds.
struct PlannedGroup {
  Group group;                      ///< the points that rows come of are the first members
  std::vector<std::size_t> points;  ///< their indices in the list of all points
  double seconds = 0;               ///< guessed
};

/// The groups of the points of a sweep, without those points that are not `missing` or not feasible. Bases are chosen
/// by the rule of bases.hpp. Collective over the world.
std::vector<PlannedGroup> plan_groups(Communicator& world, const RankGroups& ranks, const std::vector<Point>& points,
                                      const std::vector<bool>& missing, const Feasibility& feasibility,
                                      const MeasuringOptions& options, const StoppingRule& rule);

}  // namespace trafficbench
