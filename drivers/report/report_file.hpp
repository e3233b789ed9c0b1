// Reports as files.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "drivers/base/json.hpp"
#include "drivers/report/fields.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

/// A report that was read.
struct Report {
  Json context;
  std::vector<Json> launches;            ///< context.runs
  std::vector<Row> rows;                 ///< at least one
  std::set<std::string> unknown_fields;  ///< of rows: a later program's, passed over
};

/// Reads a report and takes nothing in it on trust: it refuses what scripts/check_report.py refuses, and a report
/// without rows, and one of version 1. Of rows with only what was measured it leaves aside what is worked out. Throws
/// BadInput, one line that names file, row and field.
Report read_report(const std::string& path, Completeness completeness = Completeness::whole);

/// The text of a report's file.
std::string text_of_report(const Json& report);

}  // namespace trafficbench
