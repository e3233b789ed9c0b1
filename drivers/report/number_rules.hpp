// The rules by which the numbers of a row follow from each other: docs/schema.md, "Rules that the schema cannot say".
#pragma once

#include <string>

#include "drivers/report/fields.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

/// The first of them that the row breaks, as in "has rounds that do not ascend"; empty if it breaks none. Rules about
/// numbers that are worked out hold for whole rows only.
std::string broken_number_rule(const Row& row, Completeness completeness);

/// Whether two numbers are the same but for a rounding on their way into a file: one part in 10^6.
bool are_close(double one, double other);

}  // namespace trafficbench
