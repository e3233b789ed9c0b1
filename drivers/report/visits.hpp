// A row's repetitions by the visits and launches that they were made in: what its headline and its interval are over.
// scripts/trafficbench_tools/visits.py has the same rules for what is said between reports.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "drivers/base/statistics.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

/// What one visit says of something.
struct VisitValue {
  std::size_t run = 0;     ///< index of the launch
  std::int64_t visit = 0;  ///< number of the visit in it
  double value = 0;
};

/// How many visits a row has.
int count_visits(const Row& row);

/// The median of `values`, one a repetition of the row, in each of its visits, in their order.
std::vector<VisitValue> medians_by_visit(const Row& row, std::span<const double> values);

/// Of each visit that both rows share, the row's rate over the other's: the median of the ratios of the rounds, since
/// the k-th repetitions of both were made in one round.
std::vector<VisitValue> ratios_by_visit(const Row& row, const Row& other);

/// The median over visits, and its 95% interval by order statistics.
struct OverVisits {
  double value = 0;
  std::optional<Interval> interval;  ///< none below six visits
  std::optional<IntervalOver> over;  ///< launches, by the medians of their visits, where there are six or more
};

/// `values` is not empty.
OverVisits over_visits(std::span<const VisitValue> values);

}  // namespace trafficbench
