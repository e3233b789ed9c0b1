// A report that is read: nothing of it is taken on trust.
#pragma once

#include <string>

#include "drivers/report/report.hpp"

namespace trafficbench {

/// Reads a report. Throws BadInput, naming file and row, unless its rows are what results/schema/report.schema.json
/// says; fields that this program does not know are let pass.
Json read_report(const std::string& path);

}  // namespace trafficbench
