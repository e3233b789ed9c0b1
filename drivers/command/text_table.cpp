#include "drivers/command/text_table.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "drivers/base/known.hpp"
#include "drivers/base/terminal.hpp"

namespace trafficbench {

namespace {

constexpr std::string_view kNothing = "-";
constexpr std::string_view kGap = "  ";

/// Of the cells that are shown: a remark stands in the place of what is no name.
std::size_t width_of_column(const TableColumn& column, const std::vector<std::string>& remarks) {
  std::size_t width = column.head.size();
  for (std::size_t i = 0; i < column.cells.size(); ++i) {
    if (column.is_name || remarks[i].empty()) width = std::max(width, column.cells[i].size());
  }
  return width;
}

bool says_nothing(const TableColumn& column, const std::vector<std::string>& remarks) {
  if (column.is_name) return false;
  for (std::size_t i = 0; i < column.cells.size(); ++i) {
    if (remarks[i].empty() && column.cells[i] != kNothing) return false;
  }
  return true;
}

std::size_t width_of_table(const std::vector<TableColumn>& table, const std::vector<std::string>& remarks) {
  std::size_t width = 0;
  for (const TableColumn& column : table) width += width_of_column(column, remarks) + kGap.size();
  return width - std::min(width, kGap.size());
}

void add_cell(std::string& line, const std::string& cell, std::size_t width, bool is_name) {
  if (!line.empty()) line += kGap;
  line += is_name ? fmt::format("{:<{}}", cell, width) : fmt::format("{:>{}}", cell, width);
}

std::string without_blanks_at_end(std::string line) {
  line.resize(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::string half_of_interval(const Estimate& estimate) {
  if (!estimate.low) return "-";
  const double percent = 50 * (known(estimate.high) - *estimate.low) / known(estimate.value);
  return fmt::format("{:.{}f}", percent, percent < 10 ? 1 : 0);
}

std::size_t columns_of_output() { return terminal_columns(STDOUT_FILENO).value_or(kUsualColumns); }

std::string text_table(std::vector<TableColumn>& table, const std::vector<std::string>& remarks, std::size_t columns) {
  std::erase_if(table, [&](const TableColumn& column) { return says_nothing(column, remarks); });
  while (width_of_table(table, remarks) > columns) {
    const auto next = std::ranges::max_element(table, {}, &TableColumn::leaves);
    if (next == table.end() || next->leaves == 0) break;
    table.erase(next);
  }
  std::string heads;
  for (const TableColumn& column : table) {
    add_cell(heads, column.head, width_of_column(column, remarks), column.is_name);
  }
  std::string text = without_blanks_at_end(heads) + "\n";
  for (std::size_t i = 0; i < remarks.size(); ++i) {
    std::string line;
    for (const TableColumn& column : table) {
      if (column.is_name || remarks[i].empty()) {
        add_cell(line, column.cells[i], width_of_column(column, remarks), column.is_name);
      }
    }
    if (!remarks[i].empty()) {
      line += kGap;
      line += remarks[i];
      line = wrapped(line, columns, 2 * kGap.size());
    }
    text += without_blanks_at_end(line) + "\n";
  }
  return text;
}

}  // namespace trafficbench
