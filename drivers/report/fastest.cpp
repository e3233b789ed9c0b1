#include "drivers/report/fastest.hpp"

#include <algorithm>
#include <functional>

#include "drivers/base/known.hpp"
#include "drivers/report/visits.hpp"

namespace trafficbench {

std::optional<bool> is_tie(const Row& row, const Row& other) {
  if (const std::vector<VisitValue> ratios = ratios_by_visit(row, other); !ratios.empty()) {
    if (const auto interval = over_visits(ratios).interval) return interval->low <= 1 && interval->high >= 1;
  }
  if (!row.mcops.low || !other.mcops.low) return {};
  return known(row.mcops.low) <= known(other.mcops.high) && known(other.mcops.low) <= known(row.mcops.high);
}

Fastest fastest_of(std::span<const Row* const> members) {
  std::vector<const Row*> ranked(members.begin(), members.end());
  std::ranges::stable_sort(ranked, std::greater(), [](const Row* row) { return known(row->mcops_best); });
  Fastest found;
  found.row = ranked.front();
  for (const Row* const row : std::span(ranked).subspan(1)) {
    const std::optional<bool> tie = is_tie(*found.row, *row);
    if (tie.value_or(false)) found.tied.push_back(row);
    if (!tie && known(row->mcops_best) >= known(found.row->mcops.value)) found.is_untold = true;
  }
  const Row* const highest =
      *std::ranges::max_element(members, {}, [](const Row* row) { return known(row->mcops.value); });
  const bool is_named = highest == found.row || std::ranges::find(found.tied, highest) != found.tied.end();
  found.by_median = is_named ? nullptr : highest;
  return found;
}

}  // namespace trafficbench
