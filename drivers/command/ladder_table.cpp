#include "drivers/command/ladder_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "drivers/base/known.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/base/terminal.hpp"
#include "drivers/report/visits.hpp"

namespace trafficbench {

namespace {

// Columns of what is said below the table.
constexpr std::size_t kProse = 108;

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

/// A line of the table. One without rates has a remark in their place.
struct Line {
  std::string kernel;
  std::string shape;
  std::string isa;
  std::string best;
  std::string middle;
  std::string interval;
  std::string speedup;
  std::string more;  // energy, and ways
  std::string remark;
};

Line line_of(const Row& row, const std::vector<Row>& rows) {
  const std::string ways = ways_of(row, rows);
  Line line{.kernel = kernel_of(row),
            .shape = shape_of(row),
            .isa = row.isa.value_or("-"),
            .best = "",
            .middle = "",
            .interval = "",
            .speedup = "",
            .more = energy_text(row, rows) + (ways.empty() ? "" : "  " + ways),
            .remark = ""};
  if (row.skipped) {
    line.best = "skipped";
    line.remark = *row.skipped;
  } else if (row.failed()) {
    line.best = "NOT VERIFIED";
    line.remark = known(row.error_message);
  } else if (!row.mcops.value) {
    line.best = "closed form";
    line.remark =
        fmt::format("{} iterations in {:.3g} s", format_count(known(row.steps)), known(row.real_time_ns) / 1e9);
    if (const auto walk = fastest_walk(row, rows); walk && walk->second < known(row.real_time_ns) / 1e9) {
      line.remark += fmt::format("; {} takes {:.3g} s", walk->first, walk->second);
    }
  } else {
    line.best = grouped(known(row.mcops_best));
    line.middle = grouped(*row.mcops.value);
    line.interval = interval_text(row.mcops);
    line.speedup = speedup_text(row);
  }
  return line;
}

/// The lines where they may be as long as they are.
std::vector<std::string> wide_table(const std::vector<Line>& lines) {
  std::vector<std::string> texts;
  texts.reserve(lines.size());
  for (const Line& line : lines) {
    texts.push_back(fmt::format("{:<20} {:>8}  {:<10} {:>11} {:>11}  {:<23} {:>9}{}", line.kernel, line.shape, line.isa,
                                line.best, line.middle, line.remark.empty() ? line.interval : line.remark, line.speedup,
                                line.more));
  }
  return texts;
}

/// The same as wide as their words are, without instruction sets, which stand in the report.
std::vector<std::string> narrow_table(const std::vector<Line>& lines, std::size_t columns, bool has_medians) {
  const auto width_of = [&](std::string Line::*member) {
    std::size_t width = 0;
    for (const Line& line : lines) width = std::max(width, line.remark.empty() ? (line.*member).size() : 0);
    return width;
  };
  std::vector<std::string> texts;
  for (const Line& line : lines) {
    std::string text =
        fmt::format("{:<{}} {:>{}} ", line.kernel, width_of(&Line::kernel), line.shape, width_of(&Line::shape));
    if (!line.remark.empty()) {
      texts.push_back(wrapped(fmt::format("{}{}: {}", text, line.best, line.remark), columns, 2));
      continue;
    }
    text += fmt::format("{:>{}}", line.best, width_of(&Line::best));
    if (has_medians) {
      text += fmt::format(" {:>{}}  {:<{}}", line.middle, width_of(&Line::middle), line.interval,
                          width_of(&Line::interval));
    }
    texts.push_back(fmt::format("{} {:>{}}{}", text, line.speedup, width_of(&Line::speedup), line.more));
  }
  return texts;
}

/// The table as a terminal of so many columns has room for it: the widest that fits, else the narrowest.
std::string table_of(std::vector<Line> lines, std::size_t columns) {
  const auto fits = [&](const std::string& text) {
    return text.find('\n') != std::string::npos || text.find_last_not_of(' ') < columns;
  };
  std::vector<std::string> texts = wide_table(lines);
  if (!std::ranges::all_of(texts, fits)) texts = narrow_table(lines, columns, true);
  if (!std::ranges::all_of(texts, fits)) {
    // The shape tells of threads too.
    for (Line& line : lines) line.kernel.resize(std::min(line.kernel.size(), line.kernel.find('+')));
    lines.front().shape = "r x t";
    texts = narrow_table(lines, columns, false);
  }
  return fmt::format("{}\n", fmt::join(texts, "\n"));
}

/// The fastest rows by their best repetitions: more than one where they tie with the first.
void print_fastest(const std::vector<Row>& rows, CountingMode count, std::int64_t cells, std::size_t columns) {
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
  const std::string text = fmt::format("Fastest{}: {}{}", is_alone ? "" : ", a tie", names,
                                       is_told ? "" : ", by its best repetition; fewer than six visits tell of no tie");
  print_out("\n" + wrapped(text, columns) + "\n");
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
  const std::size_t columns = terminal_columns(STDOUT_FILENO).value_or(std::string::npos);
  for (const CountingMode count : distinct(rows, &Row::count)) {
    const std::string title = fmt::format(
        "The ladder on a road of {} cells{}, contract `{}` ({}):", format_count(longest), is_weak ? " a core" : "",
        name_of(count),
        count == CountingMode::every ? "moves counted in every iteration" : "moves counted in the last iteration only");
    std::vector<Line> lines{{.kernel = "kernel",
                             .shape = "ranks x t",
                             .isa = "isa",
                             .best = "best",
                             .middle = "median",
                             .interval = "95% interval",
                             .speedup = "x naive",
                             .more = have_energy(rows) ? fmt::format("  {:>11} {:>9}", "J/iteration", "updates/J") : "",
                             .remark = ""}};
    for (const std::string& kernel : distinct(rows, &Row::kernel)) {
      for (const Row& row : rows) {
        if (row.kernel == kernel && row.count == count && row.comparable_cells() == longest)
          lines.push_back(line_of(row, rows));
      }
    }
    print_out("\n" + wrapped(title, columns) + "\n\n" + table_of(lines, columns));
    print_fastest(rows, count, longest, columns);
  }
  const auto say_below = [&](const std::string& text) { print_out(wrapped(text, std::min(columns, kProse)) + "\n"); };
  print_out("\n");
  if (longest < longest_of_all) {
    say_below(fmt::format("Longer roads, without `naive`, up to {} cells{}, stand in the report.",
                          format_count(longest_of_all), is_weak ? " a core" : ""));
    print_out("\n");
  }
  say_below(
      "MCOPs: million cell updates a second. best: of the fastest repetition, what a kernel can do here. median: "
      "over the visits of this launch, with their interval, what one gets on this machine as it is. x naive: rate "
      "over that of `naive` on one core, same road and contract, by the median. Kernels tie where the visits do not "
      "tell them apart.");
  if (have_energy(rows)) {
    say_below(
        "J/iteration: energy of one iteration on all nodes, read by their meters, idle power included. updates/J: cell "
        "updates a joule.");
  }
}

}  // namespace trafficbench
