// The fits of a report as they stand in JSON: what they may hold.
#pragma once

#include <string>

#include "drivers/base/json.hpp"
#include "drivers/report/report_rules.hpp"

namespace trafficbench {

/// What is wrong with an entry of `fits`, as in "lacks law"; empty if nothing. `rows` are those of its report.
std::string fault_of_fit(const Json& fit, const RowsByName& rows);

}  // namespace trafficbench
