// From what was measured to the row of a report.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "drivers/measure/ceiling.hpp"
#include "drivers/measure/measurement.hpp"
#include "drivers/measure/network.hpp"
#include "drivers/report/point.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

/// The visit that a row's samples were made in.
struct VisitOfRow {
  std::size_t run = 0;     ///< index of the launch in context.runs
  std::int64_t visit = 0;  ///< its number in that launch
};

/// The row of a point that was measured in one visit. Ratios to other rows are not formed yet (add_ratios), nor is its
/// limit known (add_limit). `stopped` says what set the number of visits.
Row measured_row(const std::string& command, const Point& point, const Measurement& measurement,
                 const VisitOfRow& visit, StopReason stopped);

/// Says which limit of the machine bounds the row's rate, if one is known. Its ranks are on so many nodes.
void add_limit(Row& row, const Point& point, const Ceiling& ceiling, const Network& network = {}, int nodes = 1);

/// The row of a point that was not measured, and why.
Row skipped_row(const std::string& command, const Point& point, const std::string& reason);

}  // namespace trafficbench
