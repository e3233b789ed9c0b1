// The ladder of a sweep as a table of text.
#pragma once

#include <vector>

#include "drivers/report/row.hpp"

namespace trafficbench {

/// Prints, for each contract, every kernel on the longest road that has the ladder's lowest rung, else on the longest:
/// its rate on one core and on each other shape, and its speedup over `naive` on one core. Rows of different contracts
/// stand in different tables.
void print_ladder(const std::vector<Row>& rows);

}  // namespace trafficbench
