// A report: what ran, and a row for each point. results/schema/report.schema.json defines the file.
#pragma once

#include <string>
#include <vector>

#include "drivers/base/json.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

/// Of results/schema/report.schema.json: `trafficbench_schema`.
inline constexpr int kSchemaVersion = 2;

/// What Google Benchmark's tools call `json_schema_version`, and want to be 1.
inline constexpr int kGoogleVersion = 1;

/// What `executable` says in a report of ours.
inline constexpr char kExecutable[] = "trafficbench";

/// A complete report of `command`. `launches` is context.runs, newest last; `axes` what the command was asked for;
/// scaling laws are fitted to its curves.
Json make_report(const std::string& command, const Json& axes, const std::vector<Json>& launches,
                 const std::vector<Row>& rows);

}  // namespace trafficbench
