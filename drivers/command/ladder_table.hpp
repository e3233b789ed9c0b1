// What a sweep says at its end: which kernel is the fastest, in one sentence, and the rates of all in a table.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "drivers/report/row.hpp"

namespace trafficbench {

/// For each counting mode a sentence and a table of the longest road that has the ladder's lowest rung, else of the
/// longest; below, which other roads the report holds, and what the columns are. One sentence where nothing was
/// measured. `columns` is how wide it may be.
std::string ladder_text(const std::vector<Row>& rows, std::size_t columns);

}  // namespace trafficbench
