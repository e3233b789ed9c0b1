// Which of several rows is the fastest: the rule of scripts/trafficbench_tools/report/ties.py.
// tests/expected/fastest.json holds both to it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "drivers/report/row.hpp"

namespace trafficbench {

/// Whether two rows are as fast as each other, for all that is known: of rows of the same visits the interval of the
/// ratio holds 1, of others their intervals overlap. Nothing where there is no interval to tell by.
std::optional<bool> is_tie(const Row& row, const Row& other);

/// The row with the best repetition of all, and what else must be said with it.
struct Fastest {
  const Row* row = nullptr;
  std::vector<const Row*> tied;    ///< others that tie with it, the best first
  bool is_untold = false;          ///< one of the others is near, and has no interval to tell by
  const Row* by_median = nullptr;  ///< the row with the highest median, where that is not one of these
};

/// Of rows that have rates: one or more.
Fastest fastest_of(std::span<const Row* const> members);

}  // namespace trafficbench
