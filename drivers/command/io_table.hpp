// What `trafficbench io` shows people at its end.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "drivers/report/row.hpp"

namespace trafficbench {

/// A line for each row: median rate with its interval and the best, where the time went, what was in the page cache;
/// notes below. `columns` is how wide it may be: what there is no room for is left out, the best first.
std::string io_table(const std::vector<Row>& rows, std::size_t columns);

}  // namespace trafficbench
