// Rates and ratios of rows: what is worked out from what was measured.
#pragma once

#include <span>
#include <vector>

#include "drivers/base/json.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

/// Fills in times, rates with their 95% interval over visits (visits.hpp), the best rate, cells a cycle and updates a
/// joule, from the row's samples. A modelled row has no samples: its real_time_ns is there already. What cannot be
/// known stays empty; no number is ever infinite.
void work_out_rate(Row& row);

/// The row's rate over that of `base`: the median over the visits that both rows share, each of which gives one ratio,
/// with its 95% interval. Rows that share none are divided by their headlines, and the ends of their intervals by each
/// other. No base: the ratio does not exist.
Speedup speedup_over(const Row& row, const Row& base);

/// That speedup over the ratio of cores; nothing where a double does not hold it.
Estimate efficiency_of(const Estimate& speedup, const Row& row, const Row& base);

/// Fills in the ratios to each row's bases (bases.hpp). Replaces earlier ones. `launches` is context.runs; empty: all
/// are of one machine.
void add_ratios(std::vector<Row>& rows, const std::vector<Json>& launches);

/// Whether every row that was measured passed its verification.
bool all_verified(std::span<const Row> rows);

}  // namespace trafficbench
