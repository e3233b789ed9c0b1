// What a sweep is to measure, from its options.
#pragma once

#include <vector>

#include "drivers/measure/contender.hpp"
#include "drivers/measure/rounds.hpp"
#include "drivers/plan/sweep_options.hpp"
#include "drivers/report/point.hpp"
#include "drivers/report/report.hpp"

namespace trafficbench {

/// Every combination of the axes, in the order of the report: by length of road, then by cores. A kernel that was named
/// by its OpenMP form stands at shapes of two threads or more only. Throws BadInput. Collective.
std::vector<Point> points_of(Communicator& world, const SweepOptions& options, KernelTable table);

/// Throws BadInput where the options do not go together.
StoppingRule rule_of(const SweepOptions& options);
MeasuringOptions measuring_options_of(const SweepOptions& options);

/// The axes as they were asked for: what --resume compares.
Json axes_of(Communicator& world, const SweepOptions& options);

/// Guess of the seconds that the fewest repetitions of a point take, with what belongs to them.
double seconds_of(const Point& point, const MeasuringOptions& options, const StoppingRule& rule);

/// Index of the point that `points[index]` has its speedup over: the same kernel, road, counting mode and depth at the
/// smallest shape of those that `measurable` allows. Index of the point of `naive` on one core with the same road and
/// counting mode. -1: there is none, or it has no rate.
struct BasesOfPoint {
  int base = -1;
  int ladder_base = -1;
};
BasesOfPoint bases_of(const std::vector<Point>& points, const std::vector<bool>& measurable, std::size_t index);

/// Indices of points that are measured in the same rounds: one road, one counting mode and as many cores, in the order
/// of `points`; each by itself where a road cannot be restarted, since it is then never twice in the same state.
std::vector<std::vector<std::size_t>> groups_of(const std::vector<Point>& points, const std::vector<bool>& restarted);

}  // namespace trafficbench
