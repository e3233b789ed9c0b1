#include "drivers/command/ladder_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "drivers/base/known.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/report/visits.hpp"

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

bool have_energy(const std::vector<Row>& rows) {
  return std::ranges::any_of(rows, [](const Row& row) { return row.energy_joules.has_value(); });
}

/// The columns of energy; nothing where no row has any.
std::string energy_text(const Row& row, const std::vector<Row>& rows) {
  if (!have_energy(rows)) return "";
  const auto text = [](std::optional<double> number) { return number ? fmt::format("{:.3g}", *number) : "-"; };
  const auto iteration =
      row.energy_joules ? std::optional(*row.energy_joules / static_cast<double>(known(row.steps))) : std::nullopt;
  return fmt::format("  {:>11} {:>9}", text(iteration), text(row.updates_per_joule));
}

std::string kernel_of(const Row& row) { return row.kernel + (row.threads > 1 ? "+threads" : ""); }

std::string shape_of(const Row& row) { return fmt::format("{} x {}", row.ranks, row.threads); }

/// What makes rows rivals: one road, one contract.
bool are_rivals(const Row& row, const Row& other) {
  return row.cells == other.cells && row.count == other.count && row.mode == other.mode;
}

/// The axes in a row's name, "depth:1" and the like.
std::vector<std::string> axes_in(const std::string& name) {
  std::vector<std::string> axes;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    axes.push_back(name.substr(begin, end - begin));
    begin = end + 1;
  }
  return axes;
}

/// What tells a row from others of its kernel, shape, road and contract, as its name spells it: "depth:1
/// exchange:shared". Empty if there are none.
std::string ways_of(const Row& row, const std::vector<Row>& rows) {
  std::string ways;
  for (const std::string& axis : axes_in(row.name)) {
    const bool is_common = std::ranges::all_of(rows, [&](const Row& other) {
      if (other.kernel != row.kernel || other.ranks != row.ranks || other.threads != row.threads) return true;
      if (!are_rivals(row, other)) return true;
      const std::vector<std::string> others = axes_in(other.name);
      return std::ranges::find(others, axis) != others.end();
    });
    if (!is_common) ways += (ways.empty() ? "" : " ") + axis;
  }
  return ways;
}

/// Shape, and what tells the row from others of that shape.
std::string shape_and_ways(const Row& row, const std::vector<Row>& rows) {
  const std::string ways = ways_of(row, rows);
  return shape_of(row) + (ways.empty() ? "" : ", " + ways);
}

/// Seconds that the fastest update kernel of this shape takes for as many iterations as a closed form's jump; nothing
/// where there is none.
std::optional<std::pair<std::string, double>> fastest_walk(const Row& jump, const std::vector<Row>& rows) {
  std::optional<std::pair<std::string, double>> fastest;
  for (const Row& row : rows) {
    if (!row.mcops_best || row.failed() || !are_rivals(row, jump) || row.workers() != jump.workers()) continue;
    const double seconds =
        static_cast<double>(row.cells) * static_cast<double>(known(jump.steps)) / *row.mcops_best / 1e6;
    if (!fastest || seconds < fastest->second) fastest = std::pair(kernel_of(row), seconds);
  }
  return fastest;
}

void print_row(const Row& row, const std::vector<Row>& rows) {
  const auto line = [&](const std::string& best, const std::string& middle, const std::string& interval,
                        const std::string& speedup) {
    const std::string ways = ways_of(row, rows);
    print_out(fmt::format("{:<20} {:>8}  {:<10} {:>11} {:>11}  {:<23} {:>9}{}{}\n", kernel_of(row), shape_of(row),
                          row.isa.value_or("-"), best, middle, interval, speedup, energy_text(row, rows),
                          ways.empty() ? "" : "  " + ways));
  };
  if (row.skipped) {
    line("skipped", "", *row.skipped, "");
  } else if (row.failed()) {
    line("NOT VERIFIED", "", known(row.error_message), "");
  } else if (!row.mcops.value) {
    std::string text =
        fmt::format("{} iterations in {:.3g} s", format_count(known(row.steps)), known(row.real_time_ns) / 1e9);
    if (const auto walk = fastest_walk(row, rows); walk && walk->second < known(row.real_time_ns) / 1e9) {
      text += fmt::format("; {} takes {:.3g} s", walk->first, walk->second);
    }
    line("closed form", "", text, "");
  } else {
    line(grouped(known(row.mcops_best)), grouped(*row.mcops.value), interval_text(row.mcops), speedup_text(row));
  }
}

/// The fastest rows by their best repetitions: more than one where they tie with the first.
void print_fastest(const std::vector<Row>& rows, CountingMode count, std::int64_t cells) {
  const Row* best = nullptr;
  const auto competes = [&](const Row& row) {
    return row.count == count && row.comparable_cells() == cells && row.mcops_best && !row.failed();
  };
  for (const Row& row : rows) {
    if (competes(row) && (best == nullptr || known(row.mcops_best) > known(best->mcops_best))) best = &row;
  }
  if (best == nullptr) return;
  std::string names = fmt::format("{} ({})", kernel_of(*best), shape_and_ways(*best, rows));
  bool is_alone = true;
  bool is_told = true;
  for (const Row& row : rows) {
    if (!competes(row) || &row == best) continue;
    const std::optional<bool> tie = is_tie(row, *best);
    is_told = is_told && tie.has_value();
    if (!tie.value_or(false)) continue;
    names += fmt::format(", {} ({})", kernel_of(row), shape_and_ways(row, rows));
    is_alone = false;
  }
  print_out(fmt::format("\nFastest{}: {}{}\n", is_alone ? "" : ", a tie", names,
                        is_told ? "" : ", by its best repetition; fewer than six visits tell of no tie"));
}

}  // namespace

void print_ladder(const std::vector<Row>& rows) {
  // The longest road that the ladder's lowest rung was measured on: without it nobody sees how high the others are.
  std::int64_t longest = 0;
  std::int64_t longest_of_all = 0;
  for (const Row& row : rows) {
    if (row.skipped) continue;
    longest_of_all = std::max(longest_of_all, row.comparable_cells());
    if (row.ladder.base) longest = std::max(longest, row.comparable_cells());
  }
  if (longest == 0) longest = longest_of_all;
  const bool is_weak = !rows.empty() && rows.front().mode == ScalingMode::weak;
  for (const CountingMode count : distinct(rows, &Row::count)) {
    print_out(fmt::format("\nThe ladder on a road of {} cells{}, contract `{}` ({}):\n\n", format_count(longest),
                          is_weak ? " a core" : "", name_of(count),
                          count == CountingMode::every ? "moves counted in every iteration"
                                                       : "moves counted in the last iteration only"));
    print_out(fmt::format("{:<20} {:>8}  {:<10} {:>11} {:>11}  {:<23} {:>9}{}\n", "kernel", "ranks x t", "isa", "best",
                          "median", "95% interval", "x naive",
                          have_energy(rows) ? fmt::format("  {:>11} {:>9}", "J/iteration", "updates/J") : ""));
    for (const std::string& kernel : distinct(rows, &Row::kernel)) {
      for (const Row& row : rows) {
        if (row.kernel == kernel && row.count == count && row.comparable_cells() == longest) print_row(row, rows);
      }
    }
    print_fastest(rows, count, longest);
  }
  if (longest < longest_of_all) {
    print_out(fmt::format("\nLonger roads, without `naive`, up to {} cells{}, stand in the report.\n",
                          format_count(longest_of_all), is_weak ? " a core" : ""));
  }
  print_out(
      "\nMCOPs: million cell updates a second. best: of the fastest repetition, what a kernel can do here. median:\n"
      "over the visits of this launch, with their interval, what one gets on this machine as it is. x naive: rate\n"
      "over that of `naive` on one core, same road and contract, by the median. Kernels tie where the visits do not\n"
      "tell them apart.\n");
  if (have_energy(rows)) {
    print_out(
        "J/iteration: energy of one iteration on all nodes, read by their meters, idle power included. updates/J: "
        "cell\n"
        "updates a joule.\n");
  }
}

}  // namespace trafficbench
