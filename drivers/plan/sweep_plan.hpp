// What a sweep is to measure, from its options.
#pragma once

#include <vector>

#include "drivers/measure/point_timer.hpp"
#include "drivers/plan/sweep_options.hpp"
#include "drivers/plan/visit_plan.hpp"
#include "drivers/report/point.hpp"
#include "drivers/report/report.hpp"

namespace trafficbench {

/// Every combination of the axes, in the order of the report: by length of road, then by cores. A kernel that was named
/// by its OpenMP form stands at shapes of two threads or more only. Throws BadInput. Collective.
std::vector<Point> points_of(Communicator& world, const SweepOptions& options, KernelTable table);

/// How often points are visited.
VisitPlan visits_of(const SweepOptions& options);
MeasuringOptions measuring_options_of(const SweepOptions& options);

/// The axes as they were asked for: what --resume compares.
Json axes_of(Communicator& world, const SweepOptions& options);

}  // namespace trafficbench
