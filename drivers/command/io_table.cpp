#include "drivers/command/io_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "drivers/base/known.hpp"
#include "drivers/base/numbers.hpp"
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
  if (row.resident.empty()) return "";
  return fmt::format("{:.0f}%", 100 * over_visits(medians_by_visit(row, row.resident)).value);
}

/// On Lustre.
std::string stripes_of(const Row& row) {
  if (row.stripe_count) return fmt::format("  {} stripes of {} bytes", *row.stripe_count, known(row.stripe_bytes));
  return row.stripes_note ? "  stripes unknown" : "";
}

std::string interval_of(const Estimate& rate) {
  return rate.low ? fmt::format("{} .. {}", format_rate(*rate.low), format_rate(known(rate.high))) : std::string();
}

}  // namespace

std::string io_table(const std::vector<Row>& rows) {
  const auto folder_of = [](const Row& row) { return known(row.file_system).folder; };
  const bool has_folders =
      std::ranges::any_of(rows, [&](const Row& row) { return folder_of(row) != folder_of(rows.front()); });
  std::string text = fmt::format("\n{:<18} {:<11} {:<5} {:<6} {:>8} {:>16} {:>8} {:>9} {:>9} {:>9} {:>9} {:>6}  {}\n",
                                 "method", "layout", "op", "", "MB/s", "95% interval", "best", "open ms", "move ms",
                                 "sync ms", "close ms", "cached", "read by");
  for (const Row& row : rows) {
    text += fmt::format(
        "{:<18} {:<11} {:<5} {:<6} {:>8} {:>16} {:>8} {:>9.2f} {:>9.2f} {:>9.2f} {:>9.2f} {:>6}  {}{}{}{}\n",
        row.kernel, name_of(known(row.layout)), name_of(known(row.operation)), name_of(known(row.sync)),
        format_rate(known(row.megabytes_per_second.value)), interval_of(row.megabytes_per_second),
        format_rate(known(row.megabytes_per_second_best)), milliseconds(row, &IoPhases::open),
        milliseconds(row, &IoPhases::transfer), milliseconds(row, &IoPhases::sync), milliseconds(row, &IoPhases::close),
        percent_in_cache(row), row.reader == IoReader::other_ranks ? "other ranks" : "same ranks", stripes_of(row),
        has_folders ? "  " + folder_of(row) : std::string(), row.failed() ? "  FAILED" : "");
  }
  const Row& first = rows.front();
  text += fmt::format(
      "\nMB/s are 10^6 bytes a second: the median over visits, to the disk and from it where a row is synced.\n"
      "{}, {} bytes, {} on {}\n",
      counted(static_cast<std::size_t>(first.ranks), "rank"), known(first.bytes), known(first.file_system).type,
      known(first.file_system).mount_point);
  for (const Row& row : rows) {
    if (!row.stripes_note) continue;
    text += fmt::format("Stripes: {}\n", *row.stripes_note);
    break;
  }
  for (const Row& row : rows) {
    if (row.hints_ignored.empty()) continue;
    text += fmt::format("Hints that the library ignored: {}\n", fmt::join(row.hints_ignored, ", "));
    break;
  }
  return text;
}

}  // namespace trafficbench
