// Rates and ratios of rows: what is worked out from what was measured.
#pragma once

#include <span>
#include <vector>

#include "drivers/base/json.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

/// Fills in time, rate with its 95% interval, and cells a cycle, from the row's samples. A modelled row has no samples:
/// its real_time_ms is there already. What cannot be known stays empty; no number is ever infinite.
void work_out_rate(Row& row);

/// For rows whose rounds are common to all of them, such as a ladder's: copies into each row what its base took in the
/// same rounds, where the row lacks it.
void pair_by_round(std::vector<Row>& rows);

/// Fills in the ratios to each row's bases (bases.hpp), with 95% intervals (ratio_interval): resampled by round where
/// the row holds what that base took in its rounds, else from the samples of both rows. Replaces earlier ratios.
/// `launches` is context.runs; empty: all are of one machine.
void add_ratios(std::vector<Row>& rows, const std::vector<Json>& launches);

/// Whether every row that was measured passed its verification.
bool all_verified(std::span<const Row> rows);

}  // namespace trafficbench
