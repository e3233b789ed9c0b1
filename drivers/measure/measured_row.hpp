// From what was measured to the row of a report.
#pragma once

#include <string>

#include "drivers/measure/ceiling.hpp"
#include "drivers/measure/measurement.hpp"
#include "drivers/report/point.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

/// The row of a point that was measured by launch number `run` of the report. Ratios to other rows are not formed yet
/// (add_ratios). `ceiling`, if there is one, says which limit bounds the rate.
Row measured_row(const std::string& command, const Point& point, const Measurement& measurement, std::size_t run,
                 const Ceiling* ceiling);

/// The row of a point that was not measured, and why.
Row skipped_row(const std::string& command, const Point& point, const std::string& reason, std::size_t run);

}  // namespace trafficbench
