// What a row says of its point before anything is known of its time.
#pragma once

#include <string>

#include "drivers/report/point.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

/// The row of a point, as a row of `command`: the axes, and what plots need to know of the kernel.
Row row_of(const std::string& command, const Point& point);

/// Adds what this build knows of a row's kernel where an older report does not say it: rung, bits a cell.
void add_kernel_facts(Row& row);

}  // namespace trafficbench
