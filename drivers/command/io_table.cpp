#include "drivers/command/io_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "drivers/base/known.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/terminal.hpp"
#include "drivers/command/text_table.hpp"
#include "drivers/report/visits.hpp"

namespace trafficbench {

namespace {

/// Milliseconds of a phase: the median over visits.
double milliseconds(const Row& row, double IoPhases::*phase) {
  std::vector<double> seconds;
  seconds.reserve(row.phase_seconds.size());
  for (const IoPhases& phases : row.phase_seconds) seconds.push_back(phases.*phase);
  return 1e3 * over_visits(medians_by_visit(row, seconds)).value;
}

std::string percent_in_cache(const Row& row) {
  if (row.resident.empty()) return "-";
  return fmt::format("{:.0f}%", 100 * over_visits(medians_by_visit(row, row.resident)).value);
}

std::string interval_of(const Estimate& rate) {
  return rate.low ? fmt::format("{} .. {}", format_rate(*rate.low), format_rate(known(rate.high))) : "-";
}

/// Of rows on Lustre, each once: "12 stripes of 1048576 bytes", or why they are not known.
std::string stripes_of(const std::vector<Row>& rows, bool has_folders) {
  std::vector<std::string> texts;
  for (const Row& row : rows) {
    std::string text;
    if (row.stripe_count) {
      text = fmt::format("{} of {} bytes", counted(static_cast<std::size_t>(*row.stripe_count), "stripe"),
                         known(row.stripe_bytes));
    }
    if (row.stripes_note) text += (text.empty() ? "" : "; ") + *row.stripes_note;
    if (has_folders && !text.empty()) text += " in " + known(row.file_system).folder;
    if (!text.empty() && std::ranges::find(texts, text) == texts.end()) texts.push_back(text);
  }
  return fmt::format("{}", fmt::join(texts, "; "));
}

}  // namespace

std::string io_table(const std::vector<Row>& rows, std::size_t columns) {
  const auto folder_of = [](const Row& row) { return known(row.file_system).folder; };
  const auto reader_of = [](const Row& row) {
    return std::string(row.reader == IoReader::other_ranks ? "others" : "the same");
  };
  const auto differs = [&](const auto& text_of_row) {
    return std::ranges::any_of(rows, [&](const Row& row) { return text_of_row(row) != text_of_row(rows.front()); });
  };
  // Notes keep what all rows have in common.
  const bool has_folders = differs(folder_of);
  const bool has_readers = differs(reader_of);
  const auto milliseconds_of = [](double IoPhases::*phase) {
    return [phase](const Row& row) { return fmt::format("{:.1f}", milliseconds(row, phase)); };
  };
  std::vector<TableColumn> table;
  const auto add = [&](TableColumn column, const auto& text_of_row) {
    for (const Row& row : rows) column.cells.emplace_back(text_of_row(row));
    table.push_back(std::move(column));
  };
  add({.head = "method", .is_name = true}, [](const Row& row) { return row.kernel; });
  add({.head = "layout", .is_name = true}, [](const Row& row) { return name_of(known(row.layout)); });
  add({.head = "op", .is_name = true}, [](const Row& row) { return name_of(known(row.operation)); });
  add({.head = "sync", .is_name = true}, [](const Row& row) { return name_of(known(row.sync)); });
  if (has_folders) add({.head = "in", .is_name = true}, folder_of);
  add({.head = "MB/s"}, [](const Row& row) { return format_rate(known(row.megabytes_per_second.value)); });
  add({.head = "+-%"}, [](const Row& row) { return half_of_interval(row.megabytes_per_second); });
  add({.head = "n", .leaves = 1}, [](const Row& row) { return std::to_string(count_visits(row)); });
  add({.head = "open ms", .leaves = 4}, milliseconds_of(&IoPhases::open));
  add({.head = "move ms", .leaves = 2}, milliseconds_of(&IoPhases::transfer));
  add({.head = "sync ms", .leaves = 3}, milliseconds_of(&IoPhases::sync));
  add({.head = "close ms", .leaves = 5}, milliseconds_of(&IoPhases::close));
  add({.head = "cached", .leaves = 6}, percent_in_cache);
  if (has_readers) add({.head = "read by", .leaves = 7}, reader_of);
  add({.head = "95% interval", .leaves = 8}, [](const Row& row) { return interval_of(row.megabytes_per_second); });
  add({.head = "best", .leaves = 9}, [](const Row& row) { return format_rate(known(row.megabytes_per_second_best)); });
  std::string text = "\n" + text_table(table, std::vector<std::string>(rows.size()), columns) + "\n";

  const auto say_below = [&](const std::string& note) {
    text += wrapped(note, std::min(columns, kProseColumns), 2) + "\n";
  };
  const Row& first = rows.front();
  say_below(fmt::format(
      "{}, {} bytes{}{}.", counted(static_cast<std::size_t>(first.ranks), "rank"), known(first.bytes),
      has_folders ? std::string()
                  : fmt::format(", {} on {}", known(first.file_system).type, known(first.file_system).mount_point),
      has_readers ? std::string()
                  : fmt::format("; what was written is read by {} ranks",
                                first.reader == IoReader::other_ranks ? "other" : "the same")));
  const bool shows_cached = std::ranges::find(table, "cached", &TableColumn::head) != table.end();
  say_below(
      fmt::format("MB/s: 10^6 bytes per second, the median of n visits, to the disk and from it where a row is synced; "
                  "+-%: half of "
                  "its 95% interval{}.",
                  shows_cached ? "; cached: part in the page cache as the read began" : ""));
  if (const std::string stripes = stripes_of(rows, has_folders); !stripes.empty()) say_below("Stripes: " + stripes);
  std::set<std::string> ignored;
  for (const Row& row : rows) ignored.insert(row.hints_ignored.begin(), row.hints_ignored.end());
  if (!ignored.empty()) say_below(fmt::format("Hints that the library ignored: {}", fmt::join(ignored, ", ")));
  for (const Row& row : rows) {
    if (row.failed()) say_below(fmt::format("FAILED: {}", row.name));
  }
  return text;
}

}  // namespace trafficbench
