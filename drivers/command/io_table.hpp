// What `trafficbench io` shows people at its end.
#pragma once

#include <string>
#include <vector>

#include "drivers/report/row.hpp"

namespace trafficbench {

/// A line for each row: median rate with its interval and the best, where the time went, what was in the page cache.
std::string io_table(const std::vector<Row>& rows);

}  // namespace trafficbench
