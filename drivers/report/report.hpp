// Rows and context of a report, as results/schema/report.schema.json defines them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "drivers/measure/ceiling.hpp"
#include "drivers/measure/measurement.hpp"
#include "drivers/report/point.hpp"

namespace trafficbench {

using Json = nlohmann::ordered_json;

/// Of results/schema/report.schema.json.
inline constexpr int kSchemaVersion = 1;

/// The row of a point that was measured by run number `run` of the report. Ratios to other rows are null: see
/// add_ratios. `ceiling`, if there is one, says which limit bounds the rate.
Json measured_row(const std::string& command, const Point& point, const Measurement& measurement, int run,
                  const Ceiling* ceiling);

/// The row of a point that was not measured, and why.
Json skipped_row(const std::string& command, const Point& point, const std::string& reason, int run);

/// Fills in speedup and efficiency against the same kernel at its smallest shape, and the ladder's speedup against
/// `naive` on one core, in every row that has a base of the same command, machine (`runs` is context.runs; empty: all
/// are of one), road, contract, depth and tile as asked for, mode and origin among `rows`, with their 95% intervals
/// (ratio_interval): resampled by round where the row holds what that base took in its rounds, else from the samples of
/// both rows. Replaces earlier ratios.
void add_ratios(std::vector<Json>& rows, const std::vector<Json>& runs);

/// What a row's length is compared by: cells of the whole road, or of each core where it comes from a weak sweep.
std::int64_t comparable_cells(const Json& row);

/// Whether a row has a rate that others may be divided by: it was measured, and did not fail.
bool has_rate(const Json& row);

/// Ranks x threads of a row.
std::int64_t workers_of(const Json& row);

/// What a row's name says of an axis as it was asked for: "/depth:auto". Empty if it says nothing.
std::string requested(const Json& row, const std::string& axis);

/// Whether every row that was measured passed its verification.
bool all_verified(const std::vector<Json>& rows);

/// A complete report. `runs` is context.runs, newest last; `axes` what the command was asked for.
Json make_report(const std::string& command, const Json& axes, const std::vector<Json>& runs,
                 const std::vector<Json>& rows);

}  // namespace trafficbench
