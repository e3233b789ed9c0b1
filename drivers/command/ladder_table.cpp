#include "drivers/command/ladder_table.hpp"
#include "drivers/base/known.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "drivers/base/numbers.hpp"
#include "drivers/base/standard_output.hpp"

namespace trafficbench {

namespace {

/// Values in the order in which they first appear.
template <typename T>
std::vector<T> distinct(const std::vector<Row>& rows, T Row::*member) {
  std::vector<T> values;
  for (const Row& row : rows) {
    if (std::ranges::find(values, row.*member) == values.end()) values.push_back(row.*member);
  }
  return values;
}

std::string grouped(double number) {
  std::string digits = fmt::format("{:.0f}", number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

std::string speedup_text(const Row& row) {
  const std::optional<double> speedup = row.ladder.ratio.value;
  if (!speedup) return "-";
  return *speedup < 100 ? fmt::format("{:.2f}", *speedup) : grouped(*speedup);
}

std::string interval_text(const Estimate& estimate) {
  return estimate.low ? grouped(*estimate.low) + " .. " + grouped(known(estimate.high)) : "";
}

void print_row(const Row& row) {
  const std::string shape = fmt::format("{} x {}", row.ranks, row.threads);
  const std::string kernel = row.kernel + (row.threads > 1 ? "+threads" : "");
  const auto line = [&](const std::string& rate, const std::string& interval, const std::string& speedup) {
    print_out(fmt::format("{:<20} {:>8}  {:<10} {:>13}  {:<27} {:>10}\n", kernel, shape, row.isa.value_or("-"), rate,
                          interval, speedup));
  };
  if (row.skipped) {
    line("skipped", *row.skipped, "");
  } else if (row.failed()) {
    line("NOT VERIFIED", known(row.error_message), "");
  } else if (!row.mcops.value) {
    line("closed form",
         fmt::format("{} iterations in {:.3g} s", format_count(known(row.steps)), known(row.real_time_ns) / 1e9), "-");
  } else {
    line(grouped(known(row.mcops.value)), interval_text(row.mcops), speedup_text(row));
  }
}

}  // namespace

void print_ladder(const std::vector<Row>& rows) {
  std::int64_t longest = 0;
  for (const Row& row : rows) {
    if (!row.skipped) longest = std::max(longest, row.comparable_cells());
  }
  const bool is_weak = !rows.empty() && rows.front().mode == ScalingMode::weak;
  for (const CountingMode count : distinct(rows, &Row::count)) {
    print_out(fmt::format("\nThe ladder on a road of {} cells{}, contract `{}` ({}):\n\n", format_count(longest),
                          is_weak ? " a core" : "", name_of(count),
                          count == CountingMode::every ? "moves counted in every iteration"
                                                       : "moves counted in the last iteration only"));
    print_out(fmt::format("{:<20} {:>8}  {:<10} {:>13}  {:<27} {:>10}\n", "kernel", "ranks x t", "isa", "MCOPs",
                          "95% interval", "x naive"));
    for (const std::string& kernel : distinct(rows, &Row::kernel)) {
      for (const Row& row : rows) {
        if (row.kernel == kernel && row.count == count && row.comparable_cells() == longest) print_row(row);
      }
    }
  }
  print_out(
      "\nx naive: rate over that of `naive` on one core, same road and contract. MCOPs: million cell updates a "
      "second.\n");
}

}  // namespace trafficbench
