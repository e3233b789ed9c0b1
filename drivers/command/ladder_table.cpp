#include "drivers/command/ladder_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "drivers/base/known.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/terminal.hpp"
#include "drivers/command/text_table.hpp"
#include "drivers/report/fastest.hpp"
#include "drivers/report/row_name.hpp"
#include "drivers/report/visits.hpp"

namespace trafficbench {

namespace {

using Rows = std::vector<const Row*>;

std::string grouped(double number) {
  std::string digits = fmt::format("{:.0f}", number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

/// A rate or a ratio: whole from 100 on, else three digits.
std::string number_text(double number) { return number < 99.95 ? fmt::format("{:#.3g}", number) : grouped(number); }

std::string or_dash(std::optional<double> number) { return number ? number_text(*number) : "-"; }

std::string interval_text(const Estimate& estimate, std::string_view between) {
  return fmt::format("{}{}{}", number_text(known(estimate.low)), between, number_text(known(estimate.high)));
}

/// The same table shows no others.
bool stand_together(const Row& row, CountingMode count, std::int64_t cells) {
  return row.count == count && row.comparable_cells() == cells;
}

/// Axes of a row's name that are no column: one table is of one road and one counting mode.
bool is_of_table(std::string_view axis) { return axis == "cells" || axis == "count" || axis == "mode"; }

/// The axes that any of the rows has: those that every name spells, then those that only some do.
std::vector<std::string> axes_of(const Rows& rows) {
  std::vector<std::string> axes{"ranks", "threads", "isa", "depth"};
  for (const Row* const row : rows) {
    std::string_view left = row->name;
    for (std::size_t at = left.find('/'); at != std::string_view::npos; at = left.find('/')) {
      left.remove_prefix(at + 1);
      const std::string_view part = left.substr(0, left.find('/'));
      const std::size_t colon = part.find(':');
      if (colon == std::string_view::npos) continue;
      const std::string axis(part.substr(0, colon));
      if (!is_of_table(axis) && std::ranges::find(axes, axis) == axes.end()) axes.push_back(axis);
    }
  }
  return axes;
}

/// What a row has on an axis; "-" where that is nothing to it.
std::string value_on(const Row& row, const std::string& axis, const Rows& rows) {
  std::string asked(asked_for(row.name, axis));
  if (axis == "ranks") return std::to_string(row.ranks);
  if (axis == "threads") return std::to_string(row.threads);
  if (axis == "isa") return row.isa.value_or("-");
  if (axis == "exchange") return row.exchange.value_or("-");
  if (axis == "overlap") return row.overlap ? std::string(trafficbench::name_of(*row.overlap)) : "-";
  if (axis == "reduce") return row.reduce.value_or("-");
  if (axis == "placement") return row.placement_policy.value_or("-");
  if (!asked.empty()) return asked;
  // A knob that was not set stands in no name.
  const bool has_it = std::ranges::any_of(
      rows, [&](const Row* other) { return other->kernel == row.kernel && !asked_for(other->name, axis).empty(); });
  return has_it ? "auto" : "-";
}

/// Whether any two rows differ on an axis, or any two `of_one_kernel`, which without it nobody could tell apart. A
/// closed form has steps of its own.
bool varies(const std::string& axis, const Rows& rows, bool of_one_kernel = false) {
  const auto counts = [&](const Row* row) {
    if (axis == "steps" && row->row_class != RowClass::update) return false;
    // What was skipped has no instruction set and no way: it did not run.
    return !row->skipped || value_on(*row, axis, rows) != "-";
  };
  return std::ranges::any_of(rows, [&](const Row* row) {
    return counts(row) && std::ranges::any_of(rows, [&](const Row* other) {
             return counts(other) && (!of_one_kernel || row->kernel == other->kernel) &&
                    value_on(*row, axis, rows) != value_on(*other, axis, rows);
           });
  });
}

std::string cores_text(std::int64_t cores) { return cores == 1 ? "one core" : fmt::format("{} cores", cores); }

/// "tiled (depth 16) on 2 cores": what tells the row from others.
std::string name_in_prose(const Row& row, const Rows& rows) {
  Rows alike;  // rows of its kernel on as many cores
  for (const Row* const other : rows) {
    if (other->kernel == row.kernel && other->workers() == row.workers() && !other->skipped) alike.push_back(other);
  }
  std::string ways;
  for (const std::string& axis : axes_of(alike)) {
    if (axis == "ranks" || axis == "threads" || !varies(axis, alike)) continue;
    const std::string value = value_on(row, axis, rows);
    if (value != "-") ways += fmt::format("{}{} {}", ways.empty() ? "" : ", ", axis, value);
  }
  std::string where = cores_text(row.workers());
  if (varies("ranks", alike)) {
    where = counted(static_cast<std::size_t>(row.ranks), "rank") + " x " +
            counted(static_cast<std::size_t>(row.threads), "thread");
  }
  return fmt::format("{}{} on {}", row.kernel, ways.empty() ? "" : fmt::format(" ({})", ways), where);
}

/// "95% interval 2,512 to 2,903".
std::string interval_in_prose(const Estimate& estimate) {
  return estimate.low ? "95% interval " + interval_text(estimate, " to ") : "too few visits for an interval";
}

std::string conditions(CountingMode count, std::int64_t cells, bool is_weak) {
  return fmt::format("at {} cells{}, {}", format_count(cells), is_weak ? " per core" : "", in_words(count));
}

// Of rows that are level the sentence names so many, the number of the others among them.
constexpr std::size_t kNamed = 4;

/// Which row is the fastest, and by how much: all but the full stop.
std::string sentence_on(const Rows& rows, const Rows& rated, const std::string& where) {
  const Fastest found = fastest_of(rated);
  const Row& best = *found.row;
  std::vector<std::string> names{name_in_prose(best, rows)};
  for (const Row* const row : found.tied) {
    const std::string name = name_in_prose(*row, rows);
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  const bool is_level = names.size() > 1;
  const bool is_base = best.ladder.base == best.name;
  const bool is_lone = std::ranges::all_of(rated, [&](const Row* row) { return row->kernel == rated.front()->kernel; });
  std::string text;
  if (is_level) {
    std::vector<std::string> shown = names;
    if (shown.size() > kNamed) {
      shown.resize(kNamed);
      shown.back() = fmt::format("{} more", names.size() + 1 - kNamed);
    }
    const std::string last = shown.back();
    shown.pop_back();
    text = fmt::format("{} and {} are level: ", fmt::join(shown, ", "), last);
  }
  text += names.front();
  if (best.ladder.ratio.value && !is_base) {
    const double times = *best.ladder.ratio.value;
    std::string_view base_kernel = known(best.ladder.base);
    base_kernel.remove_prefix(base_kernel.find('/') + 1);
    text += fmt::format(" ran {} times {} {} on one core ({}), {}", number_text(times),
                        times < 1 ? "as fast as" : "faster than", base_kernel.substr(0, base_kernel.find('/')),
                        interval_in_prose(best.ladder.ratio), where);
  } else {
    text += fmt::format(" {} {} MCOPs ({}), {}", is_lone || is_level ? "ran at" : "is the fastest with",
                        number_text(known(best.mcops.value)), interval_in_prose(best.mcops), where);
  }
  if (found.is_untold) text += "; without intervals of six visits ties cannot be told";
  if (found.by_median != nullptr) text += "; by the median it is " + name_in_prose(*found.by_median, rows);
  return text;
}

/// Seconds that the fastest update kernel on as many cores takes for as many iterations as a closed form's jump;
/// nothing where there is none.
std::optional<std::pair<std::string, double>> fastest_walk(const Row& jump, const Rows& rows) {
  std::optional<std::pair<std::string, double>> fastest;
  for (const Row* const row : rows) {
    if (!row->mcops_best || row->failed() || row->workers() != jump.workers()) continue;
    const double seconds =
        static_cast<double>(row->cells) * static_cast<double>(known(jump.steps)) / *row->mcops_best / 1e6;
    if (!fastest || seconds < fastest->second) fastest = std::pair(row->kernel, seconds);
  }
  return fastest;
}

std::string time_text(double seconds) {
  if (seconds >= 0.9995) return fmt::format("{:.3g} s", seconds);
  return seconds >= 0.01 ? fmt::format("{:.0f} ms", 1e3 * seconds) : fmt::format("{:.2g} ms", 1e3 * seconds);
}

/// In place of a rate, where a row has none; else empty.
std::string remark_on(const Row& row, const Rows& rows) {
  if (row.skipped) return "skipped: " + *row.skipped;
  if (row.failed()) return "NOT VERIFIED: " + known(row.error_message);
  if (row.mcops.value) return "";
  const double seconds = known(row.real_time_ns) / 1e9;
  std::string remark =
      fmt::format("closed form: {} iterations in {}", format_count(known(row.steps)), time_text(seconds));
  if (const auto walk = fastest_walk(row, rows); walk && walk->second < seconds) {
    remark += fmt::format("; {}: {}", walk->first, time_text(walk->second));
  }
  return remark;
}

// Which columns are left out first: see TableColumn::leaves.
enum Leaves { kNever, kTimesNaive, kJoules, kUpdates, kPercent, kInterval, kVisits, kBase, kSharedAxis, kBest };

/// Adds the heads of its columns to `heads`.
std::string table_of(const Rows& rows, std::size_t columns, std::set<std::string>& heads) {
  std::vector<TableColumn> table{{.head = "kernel", .is_name = true}};
  for (const std::string& axis : axes_of(rows)) {
    if (!varies(axis, rows)) continue;
    // Ranks and threads tell rows without a rate apart, too.
    const bool is_name = axis == "ranks" || axis == "threads" || varies(axis, rows, true);
    table.push_back({.head = axis, .is_name = is_name, .leaves = is_name ? kNever : kSharedAxis});
  }
  const std::size_t axes_end = table.size();
  for (const auto& [head, leaves] : {std::pair("MCOPs", kNever),
                                     {"+-%", kPercent},
                                     {"n", kVisits},
                                     {"x naive", kTimesNaive},
                                     {"95% interval", kInterval},
                                     {"naive", kBase},
                                     {"best", kBest},
                                     {"J/iteration", kJoules},
                                     {"updates/J", kUpdates}}) {
    table.push_back({.head = head, .leaves = leaves});
  }
  std::vector<std::string> remarks;
  for (const Row* const row : rows) {
    remarks.push_back(remark_on(*row, rows));
    std::vector<std::string> cells{row->kernel};
    for (std::size_t i = 1; i < axes_end; ++i) cells.push_back(value_on(*row, table[i].head, rows));
    const bool is_base = row->ladder.base == row->name;
    const auto joules = [](std::optional<double> number) { return number ? fmt::format("{:.3g}", *number) : "-"; };
    const auto iteration =
        row->energy_joules ? std::optional(*row->energy_joules / static_cast<double>(known(row->steps))) : std::nullopt;
    cells.insert(cells.end(), {or_dash(row->mcops.value), half_of_interval(row->mcops),
                               std::to_string(count_visits(*row)), or_dash(row->ladder.ratio.value),
                               row->ladder.ratio.low && !is_base ? interval_text(row->ladder.ratio, " .. ") : "-",
                               or_dash(row->ladder.base_mcops), or_dash(row->mcops_best), joules(iteration),
                               joules(row->updates_per_joule)});
    for (std::size_t i = 0; i < table.size(); ++i) table[i].cells.push_back(cells[i]);
  }
  const std::string text = text_table(table, remarks, columns);
  for (const TableColumn& column : table) heads.insert(column.head);
  return text;
}

/// "Every point was skipped", and why.
std::string nothing_measured(const std::vector<Row>& rows) {
  std::set<std::string> reasons;
  for (const Row& row : rows) reasons.insert(known(row.skipped));
  const std::string others =
      reasons.size() > 1 ? fmt::format(" ({}, in the report)", counted(reasons.size() - 1, "more reason")) : "";
  return fmt::format("Nothing was measured: {} skipped: {}{}",
                     rows.size() == 1 ? "the point was" : fmt::format("all {} points were", rows.size()),
                     known(rows.front().skipped), others);
}

/// "Other roads, in the report: 1e5, 1e6 cells"; empty if there are none.
std::string other_roads(const std::vector<Row>& rows, std::int64_t shown, bool is_weak) {
  std::set<std::int64_t> lengths;
  for (const Row& row : rows) {
    if (!row.skipped && row.comparable_cells() != shown) lengths.insert(row.comparable_cells());
  }
  if (lengths.empty()) return "";
  constexpr std::size_t kListed = 8;
  std::vector<std::string> texts;
  texts.reserve(lengths.size());
  for (const std::int64_t cells : lengths) texts.push_back(format_count(cells));
  const std::string list = texts.size() <= kListed
                               ? fmt::format("{}", fmt::join(texts, ", "))
                               : fmt::format("{} of {} to {}", texts.size(), texts.front(), texts.back());
  return fmt::format("Other roads, in the report: {} cells{}.", list, is_weak ? " per core" : "");
}

/// What the columns are.
std::string legend(const std::set<std::string>& heads) {
  std::string text;
  for (const auto& [head, meaning] :
       {std::pair("MCOPs", "million cell updates per second, the median over visits"),
        {"+-%", "half of its 95% interval"},
        {"n", "number of visits"},
        {"x naive", "how many times faster than naive on one core"},
        {"95% interval", "of x naive"},
        {"naive", "its MCOPs in the same visits"},
        {"best", "MCOPs of the fastest repetition"},
        {"J/iteration", "energy of one iteration on all nodes, read by their meters, idle power included"},
        {"updates/J", "cell updates per joule"}}) {
    if (heads.contains(head)) text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", head, meaning);
  }
  return text.empty() ? text : text + ". Kernels are ranked by their fastest repetitions.";
}

/// The longest road that the ladder's lowest rung was measured on: without it nobody sees how high the others are. 0 if
/// every row was skipped.
std::int64_t shown_road(const std::vector<Row>& rows) {
  std::int64_t longest = 0;
  std::int64_t longest_of_all = 0;
  for (const Row& row : rows) {
    if (row.skipped) continue;
    longest_of_all = std::max(longest_of_all, row.comparable_cells());
    if (row.ladder.base) longest = std::max(longest, row.comparable_cells());
  }
  return longest > 0 ? longest : longest_of_all;
}

}  // namespace

std::string ladder_text(const std::vector<Row>& rows, std::size_t columns) {
  const std::size_t prose = std::min(columns, kProseColumns);
  const std::int64_t road = shown_road(rows);
  if (road == 0) return rows.empty() ? "" : "\n" + wrapped(nothing_measured(rows), prose) + "\n";
  const bool is_weak = rows.front().mode == ScalingMode::weak;
  std::string text;
  std::set<std::string> heads;
  for (const CountingMode count : {CountingMode::every, CountingMode::sampled}) {
    Rows shown;
    for (const Row& row : rows) {
      if (stand_together(row, count, road)) shown.push_back(&row);
    }
    if (shown.empty()) continue;
    // Kernels in the order of the sweep, the rows of each together.
    std::vector<std::string> kernels;
    for (const Row* const row : shown) {
      if (std::ranges::find(kernels, row->kernel) == kernels.end()) kernels.push_back(row->kernel);
    }
    std::ranges::stable_sort(shown, {}, [&](const Row* row) { return std::ranges::find(kernels, row->kernel); });
    // As on the page, a row that was measured under a warning is the fastest only where every row was.
    Rows rated;
    const auto is_sound = [](const Row* row) { return row->has_rate() && row->warnings.empty(); };
    std::ranges::copy_if(shown, std::back_inserter(rated), is_sound);
    if (rated.empty()) std::ranges::copy_if(shown, std::back_inserter(rated), &Row::has_rate);
    const std::string where = conditions(count, road, is_weak);
    std::string sentence = rated.empty() ? "No rate was measured " + where : sentence_on(shown, rated, where);
    const auto warned = static_cast<std::size_t>(std::ranges::count_if(shown, &Row::has_rate)) - rated.size();
    if (warned > 0) sentence += fmt::format("; without {} measured under a warning", counted(warned, "row"));
    text += "\n" + wrapped(sentence + ".", prose) + "\n\n" + table_of(shown, columns, heads);
  }
  text += "\n";
  for (const std::string& below : {other_roads(rows, road, is_weak), legend(heads)}) {
    if (!below.empty()) text += wrapped(below, prose) + "\n";
  }
  return text;
}

}  // namespace trafficbench
