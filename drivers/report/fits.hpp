// Scaling laws fitted to the curves of a report.
#pragma once

#include <vector>

#include "drivers/report/report.hpp"

namespace trafficbench {

/// The report's `fits`: Amdahl's and Gunther's laws for each curve of rows that differ in ranks alone, or in threads
/// alone, and have one base, which is among them. Amdahl's law needs two rows beside the base, Gunther's three.
/// Intervals of the parameters by the bootstrap over rounds: they tell what the noise of the repetitions does to a
/// parameter, not whether the law is right, which the residuals do.
Json fits_of(const std::vector<Json>& rows);

}  // namespace trafficbench
