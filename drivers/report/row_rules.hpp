// The rules by which the fields of a row depend on each other, as results/schema/report.schema.json has them.
#pragma once

#include <string>

#include "drivers/report/fields.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

/// The first rule that the row breaks, as in "has samples [], as a measured row"; empty if it breaks none. Rules about
/// fields that are worked out hold for whole rows only.
std::string broken_rule(const Row& row, Completeness completeness);

/// The same for the rules about ratios. They hold in a report: a journal's rows have no ratios yet.
std::string broken_ratio_rule(const Row& row);

}  // namespace trafficbench
