#include "drivers/report/ratios.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "drivers/base/known.hpp"
#include "drivers/base/statistics.hpp"
#include "drivers/report/bases.hpp"
#include "drivers/report/launches.hpp"
#include "drivers/report/visits.hpp"

namespace trafficbench {

namespace {

/// Nothing for a number that does not exist.
std::optional<double> finite(double value) { return std::isfinite(value) ? std::optional(value) : std::nullopt; }

std::vector<Bases> bases_of_rows(const std::vector<Row>& rows, const std::vector<Json>& launches) {
  const std::vector<std::size_t> kinds = kinds_of_machine(launches);
  std::vector<RatioMember> members;
  members.reserve(rows.size());
  for (const Row& row : rows) {
    const bool is_of_a_launch = !kinds.empty() && !row.sample_runs.empty();
    members.push_back(ratio_member(row, is_of_a_launch ? kinds.at(row.sample_runs.front()) : 0));
  }
  return bases_of(members);
}

/// Whether a ratio or one of its ends exists: a quotient of numbers above 0 may be beyond a double at either end.
bool exists(double ratio) { return std::isfinite(ratio) && ratio > 0; }

/// Makes a number with its interval: both ends or neither, and no ends without the number.
Estimate estimate(double value, std::optional<Interval> interval) {
  if (!exists(value)) return {};
  if (!interval || !exists(interval->low) || !exists(interval->high)) return {.value = value, .low = {}, .high = {}};
  return {.value = value, .low = std::min(interval->low, value), .high = std::max(interval->high, value)};
}

/// Over the visits that both share.
Speedup ratio_in_visits(const Row& row, const Row& base, const std::vector<VisitValue>& ratios) {
  Speedup result;
  const OverVisits over = over_visits(ratios);
  result.ratio = estimate(over.value, row.origin == Origin::measured ? over.interval : std::nullopt);
  // The base's rate in these visits.
  std::vector<double> times;
  times.reserve(base.samples.size());
  for (std::size_t i = 0; i < base.samples.size(); ++i) {
    times.push_back(base.samples[i] / static_cast<double>(base.sample_steps[i]));
  }
  std::vector<VisitValue> shared;
  auto ratio = ratios.begin();
  for (const VisitValue& time : medians_by_visit(base, times)) {
    while (ratio != ratios.end() && std::pair(ratio->run, ratio->visit) < std::pair(time.run, time.visit)) ++ratio;
    if (ratio != ratios.end() && ratio->run == time.run && ratio->visit == time.visit) shared.push_back(time);
  }
  result.base_mcops = finite(static_cast<double>(base.cells) / over_visits(shared).value / 1e6);
  return result;
}

/// Of rows that share no visit.
Speedup ratio_apart(const Row& row, const Row& base) {
  Speedup result;
  result.base_mcops = base.mcops.value;
  std::optional<Interval> interval;
  if (row.mcops.low && base.mcops.low) {
    interval = Interval{*row.mcops.low / known(base.mcops.high), known(row.mcops.high) / *base.mcops.low};
  }
  result.ratio = estimate(known(row.mcops.value) / known(base.mcops.value), interval);
  return result;
}

/// Nanoseconds of one iteration, or of one repetition where cells are not updated: one a sample.
std::vector<double> nanoseconds(const Row& row, const std::vector<double>& seconds) {
  std::vector<double> times;
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    const double restarts_as_one = row.row_class == RowClass::update ? 1 : static_cast<double>(known(row.steps));
    times.push_back(1e9 * seconds[i] * restarts_as_one / static_cast<double>(row.sample_steps[i]));
  }
  return times;
}

void work_out_times(Row& row) {
  if (row.samples.empty()) return;
  OverVisits time = over_visits(medians_by_visit(row, nanoseconds(row, row.samples)));
  // A simulation that is repeated says the same: only what was measured has an interval.
  if (row.origin != Origin::measured) time.interval = {}, time.over = {};
  row.real_time_ns = finite(time.value);
  row.real_time_low_ns = time.interval ? finite(time.interval->low) : std::nullopt;
  row.real_time_high_ns = time.interval ? finite(time.interval->high) : std::nullopt;
  row.interval_over = time.over;
  if (!row.cpu_seconds.empty()) {
    row.cpu_time_ns = finite(over_visits(medians_by_visit(row, nanoseconds(row, row.cpu_seconds))).value);
  }
  if (!row.sample_clock_hz.empty()) row.clock_hz = over_visits(medians_by_visit(row, row.sample_clock_hz)).value;
}

void work_out_bytes_per_second(Row& row) {
  if (!row.bytes || !row.real_time_ns) return;
  const auto rate = [&](double time_ns) { return finite(static_cast<double>(*row.bytes) / time_ns * 1e3); };
  row.megabytes_per_second = {.value = rate(*row.real_time_ns), .low = {}, .high = {}};
  if (row.real_time_low_ns && row.real_time_high_ns) {
    row.megabytes_per_second.low = rate(*row.real_time_high_ns);
    row.megabytes_per_second.high = rate(*row.real_time_low_ns);
  }
  row.megabytes_per_second_best = row.megabytes_per_second.value;
  if (!row.samples.empty()) row.megabytes_per_second_best = rate(std::ranges::min(nanoseconds(row, row.samples)));
  constexpr double kMegabytesOfAMebibyte = 1.048576;
  if (row.megabytes_per_second.value) {
    row.mebibytes_per_second = finite(*row.megabytes_per_second.value / kMegabytesOfAMebibyte);
  }
}

}  // namespace

void work_out_rate(Row& row) {
  if (row.skipped) return;
  work_out_times(row);
  row.updates_per_joule = {};
  if (row.row_class == RowClass::update && row.energy_joules && row.steps) {
    row.updates_per_joule =
        finite(static_cast<double>(row.cells) * static_cast<double>(*row.steps) / *row.energy_joules);
  }
  if (row.row_class == RowClass::io) work_out_bytes_per_second(row);
  if (row.row_class != RowClass::update || !row.real_time_ns) return;
  const auto rate = [&](double time_ns) { return finite(static_cast<double>(row.cells) / time_ns * 1e3); };
  row.mcops = {.value = rate(*row.real_time_ns), .low = {}, .high = {}};
  if (row.real_time_low_ns && row.real_time_high_ns) {
    row.mcops.low = rate(*row.real_time_high_ns);
    row.mcops.high = rate(*row.real_time_low_ns);
  }
  row.mcops_best = row.mcops.value;
  if (!row.samples.empty()) row.mcops_best = rate(std::ranges::min(nanoseconds(row, row.samples)));
  if (row.clock_hz && row.mcops.value && row.origin == Origin::measured) {
    row.cells_per_cycle = finite(*row.mcops.value * 1e6 / *row.clock_hz / static_cast<double>(row.workers()));
  }
  if (row.limit_mcops && row.mcops_best) row.fraction_of_limit = finite(*row.mcops_best / *row.limit_mcops);
}

Speedup speedup_over(const Row& row, const Row& base) {
  Speedup result;
  if (row.name == base.name) {
    result.base_mcops = base.mcops.value;
    result.ratio = estimate(1, row.mcops.low ? std::optional(Interval{1, 1}) : std::nullopt);
  } else {
    const std::vector<VisitValue> ratios = ratios_by_visit(row, base);
    result = ratios.empty() ? ratio_apart(row, base) : ratio_in_visits(row, base, ratios);
  }
  if (!result.ratio.value || !result.base_mcops) return {};
  result.base = base.name;
  return result;
}

Estimate efficiency_of(const Estimate& speedup, const Row& row, const Row& base) {
  const double cores = static_cast<double>(row.workers()) / static_cast<double>(base.workers());
  std::optional<Interval> interval;
  if (speedup.low && speedup.high) interval = Interval{*speedup.low / cores, *speedup.high / cores};
  return estimate(known(speedup.value) / cores, interval);
}

void add_ratios(std::vector<Row>& rows, const std::vector<Json>& launches) {
  const std::vector<Bases> bases = bases_of_rows(rows, launches);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Row& row = rows[i];
    const auto over = [&](int base) {
      return base < 0 ? Speedup{} : speedup_over(row, rows[static_cast<std::size_t>(base)]);
    };
    row.speedup = over(bases[i].base);
    row.ladder = over(bases[i].ladder_base);
    row.efficiency = {};
    if (row.speedup.base) {
      row.efficiency = efficiency_of(row.speedup.ratio, row, rows[static_cast<std::size_t>(bases[i].base)]);
      // No ratio has but half of what belongs to it.
      if (!row.efficiency.value) row.speedup = {};
    }
  }
}

bool all_verified(std::span<const Row> rows) {
  return std::ranges::none_of(rows, [](const Row& row) { return row.failed(); });
}

}  // namespace trafficbench
