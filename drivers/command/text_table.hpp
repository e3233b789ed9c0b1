// Tables for people, as wide as their terminal.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "drivers/report/row.hpp"

namespace trafficbench {

/// Columns where standard output leads to no terminal.
inline constexpr std::size_t kUsualColumns = 80;

/// Lines of prose are no longer, however wide the terminal is.
inline constexpr std::size_t kProseColumns = 108;

/// Half of the interval in percent of the estimate, as in a column "+-%"; "-" where there is no interval.
std::string half_of_interval(const Estimate& estimate);

/// Of the terminal that standard output leads to, else kUsualColumns.
std::size_t columns_of_output();

struct TableColumn {
  std::string head;
  /// One per row; "-" for what does not exist.
  std::vector<std::string> cells = {};  // NOLINT(readability-redundant-member-init)
  bool is_name = false;                 ///< it tells rows apart: left-aligned, never left out, and shown beside remarks
  /// What is left out first where there is no room for all columns: the highest number. 0: never left out.
  int leaves = 0;
};

/// The columns come in this order. Each remark, if it is not empty, is shown in place of what its row measured: it
/// follows the names. One without any cell but "-" is left out. Columns that are left out are removed from `table`.
std::string text_table(std::vector<TableColumn>& table, const std::vector<std::string>& remarks, std::size_t columns);

}  // namespace trafficbench
