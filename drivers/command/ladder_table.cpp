#include "drivers/command/ladder_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "drivers/base/numbers.hpp"
#include "drivers/base/standard_output.hpp"

namespace trafficbench {

namespace {

/// Names in the order in which they first appear.
std::vector<std::string> distinct(const std::vector<Json>& rows, const char* field) {
  std::vector<std::string> names;
  for (const Json& row : rows) {
    const auto name = row[field].get<std::string>();
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

std::string grouped(double number) {
  std::string digits = fmt::format("{:.0f}", number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

std::string speedup_text(const Json& row) {
  const Json& speedup = row["ladder_speedup"];
  if (!speedup.is_number()) return "-";
  const auto value = speedup.get<double>();
  return value < 100 ? fmt::format("{:.2f}", value) : grouped(value);
}

std::string interval_text(const Json& row) {
  if (!row["mcops_low"].is_number()) return "";
  return grouped(row["mcops_low"].get<double>()) + " .. " + grouped(row["mcops_high"].get<double>());
}

void print_row(const Json& row) {
  const std::string shape = fmt::format("{} x {}", row["ranks"].get<int>(), row["threads"].get<int>());
  const auto kernel = row["kernel"].get<std::string>() + (row["threads"].get<int>() > 1 ? "+threads" : "");
  const auto line = [&](const std::string& rate, const std::string& interval, const std::string& speedup) {
    print_out(fmt::format("{:<20} {:>8}  {:<10} {:>13}  {:<27} {:>10}\n", kernel, shape,
                          row["isa"].is_string() ? row["isa"].get<std::string>() : "-", rate, interval, speedup));
  };
  if (row.contains("skipped")) {
    line("skipped", row["skipped"].get<std::string>(), "");
  } else if (row["verified"] == false) {
    line("NOT VERIFIED", row["error_message"].get<std::string>(), "");
  } else if (row["mcops"].is_null()) {
    line("closed form",
         fmt::format("{} iterations in {:.3g} s", format_count(row["steps"].get<std::int64_t>()),
                     row["real_time"].get<double>() / 1e3),
         "-");
  } else {
    line(grouped(row["mcops"].get<double>()), interval_text(row), speedup_text(row));
  }
}

}  // namespace

void print_ladder(const std::vector<Json>& rows) {
  std::int64_t longest = 0;
  for (const Json& row : rows) {
    if (!row.contains("skipped")) longest = std::max(longest, comparable_cells(row));
  }
  const bool weak = !rows.empty() && rows.front()["mode"] == "weak";
  for (const std::string& contract : distinct(rows, "count")) {
    print_out(fmt::format(
        "\nThe ladder on a road of {} cells{}, contract `{}` ({}):\n\n", format_count(longest), weak ? " a core" : "",
        contract,
        contract == "every" ? "moves counted in every iteration" : "moves counted in the last iteration only"));
    print_out(fmt::format("{:<20} {:>8}  {:<10} {:>13}  {:<27} {:>10}\n", "kernel", "ranks x t", "isa", "MCOPs",
                          "95% interval", "x naive"));
    for (const std::string& kernel : distinct(rows, "kernel")) {
      for (const Json& row : rows) {
        if (row["kernel"] == kernel && row["count"] == contract && comparable_cells(row) == longest) print_row(row);
      }
    }
  }
  print_out(
      "\nx naive: rate over that of `naive` on one core, same road and contract. MCOPs: million cell updates a "
      "second.\n");
}

}  // namespace trafficbench
