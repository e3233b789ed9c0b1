#include "drivers/report/ratios.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "drivers/base/known.hpp"
#include "drivers/base/statistics.hpp"
#include "drivers/report/bases.hpp"
#include "drivers/report/launches.hpp"

namespace trafficbench {

namespace {

/// Nothing for a number that does not exist.
std::optional<double> finite(double value) { return std::isfinite(value) ? std::optional(value) : std::nullopt; }

double updates_of(const Row& row) { return static_cast<double>(row.cells) * static_cast<double>(known(row.steps)); }

std::vector<Bases> bases_of_rows(const std::vector<Row>& rows, const std::vector<Json>& launches) {
  const std::vector<std::size_t> kinds = kinds_of_machine(launches);
  std::vector<RatioMember> members;
  members.reserve(rows.size());
  for (const Row& row : rows) members.push_back(ratio_member(row, kinds.empty() ? 0 : kinds.at(row.run)));
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

/// The rate of a base whose repetitions in a row's rounds are known; nothing where a double does not hold it.
std::optional<double> rate_in_rounds(const Row& base, const Speedup& taken) {
  if (!taken.base_steps) return taken.base_mcops;
  const double updates = static_cast<double>(base.cells) * static_cast<double>(*taken.base_steps);
  const double rate = updates / median(taken.base_samples) / 1e6;
  return exists(rate) ? std::optional(rate) : std::nullopt;
}

/// Takes what a row's base took in the row's rounds, where the row holds it and it can be paired with the row's own.
bool take_paired(const Row& row, const Row& base, const Speedup& before, Speedup& result) {
  if (before.base != base.name || before.base_samples.empty()) return false;
  if (before.base_samples.size() != row.samples.size()) return false;
  // Of a row that is its own base these are its own, or nothing that belongs to it.
  const bool are_its_own =
      before.base_samples == row.samples && before.base_steps.value_or(known(row.steps)) == row.steps;
  if (row.name == base.name && !are_its_own) return false;
  result.base_mcops = rate_in_rounds(base, before);
  if (!result.base_mcops) return false;
  result.base_samples = before.base_samples;
  result.base_steps = before.base_steps;
  return true;
}

/// Rate of a row over that of its base. Where the row holds what this base took in its rounds, that counts.
Speedup ratio(const Row& row, const Row& base, const Speedup& before) {
  Speedup result;
  result.base = base.name;
  const bool paired = take_paired(row, base, before, result);
  if (!paired || row.name == base.name) result.base_mcops = base.mcops.value;
  if (row.name == base.name) {
    result.ratio = estimate(1, row.mcops.low ? std::optional(Interval{1, 1}) : std::nullopt);
    return result;
  }
  const std::vector<double>& base_samples = paired ? result.base_samples : base.samples;
  const double middle = known(row.mcops.value) / known(result.base_mcops);
  if (!exists(middle)) return {};
  std::optional<Interval> interval;
  if (row.origin == Origin::measured) interval = ratio_interval(base_samples, row.samples, paired);
  if (interval) {
    // The ratio of medians of seconds, times that of the updates made in them.
    const double scale = middle * median(row.samples) / median(base_samples);
    *interval = {interval->low * scale, interval->high * scale};
  }
  result.ratio = estimate(middle, interval);
  return result;
}

/// The speedup over the ratio of cores; nothing where a double does not hold it.
Estimate efficiency_of(const Estimate& speedup, double cores) {
  std::optional<Interval> interval;
  if (speedup.low && speedup.high) interval = Interval{*speedup.low / cores, *speedup.high / cores};
  return estimate(known(speedup.value) / cores, interval);
}

/// The base's samples in the row's rounds, if it was measured in each of them.
std::vector<double> samples_in_rounds(const Row& base, const Row& row) {
  std::vector<double> samples;
  for (const std::int64_t round : row.rounds) {
    const auto at = std::ranges::find(base.rounds, round);
    if (at == base.rounds.end()) return {};
    samples.push_back(base.samples[static_cast<std::size_t>(at - base.rounds.begin())]);
  }
  return samples;
}

void pair_with(const Row& base, const Row& row, Speedup& speedup) {
  if (!speedup.base_samples.empty() || base.name == row.name || base.rounds.size() != base.samples.size()) return;
  std::vector<double> samples = samples_in_rounds(base, row);
  if (samples.empty()) return;
  speedup.base = base.name;
  speedup.base_steps = base.steps;
  speedup.base_mcops = finite(updates_of(base) / median(samples) / 1e6);
  speedup.base_samples = std::move(samples);
}

}  // namespace

void work_out_rate(Row& row) {
  double seconds = row.real_time_ms.value_or(0) * 1e-3;
  // A simulation that is repeated says the same: only what was measured has an interval.
  std::optional<Interval> interval;
  if (row.origin == Origin::measured) interval = median_interval(row.samples);
  if (!row.samples.empty()) {
    seconds = median(row.samples);
    row.real_time_ms = finite(1e3 * seconds);
    row.real_time_low_ms = interval ? finite(1e3 * interval->low) : std::nullopt;
    row.real_time_high_ms = interval ? finite(1e3 * interval->high) : std::nullopt;
  }
  if (row.kernel_class != KernelClass::update || row.skipped || !row.steps) return;
  const double updates = updates_of(row);
  row.mcops = {.value = finite(updates / seconds / 1e6), .low = {}, .high = {}};
  if (interval) {
    row.mcops.low = finite(updates / interval->high / 1e6);
    row.mcops.high = finite(updates / interval->low / 1e6);
  }
  if (row.clock_hz) {
    row.cells_per_cycle = finite(updates / seconds / *row.clock_hz / static_cast<double>(row.workers()));
  }
}

void pair_by_round(std::vector<Row>& rows) {
  const std::vector<Bases> bases = bases_of_rows(rows, {});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (bases[i].base >= 0) pair_with(rows[static_cast<std::size_t>(bases[i].base)], rows[i], rows[i].speedup);
    if (bases[i].ladder_base >= 0) {
      pair_with(rows[static_cast<std::size_t>(bases[i].ladder_base)], rows[i], rows[i].ladder);
    }
  }
}

void add_ratios(std::vector<Row>& rows, const std::vector<Json>& launches) {
  const std::vector<Bases> bases = bases_of_rows(rows, launches);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Row& row = rows[i];
    const auto over = [&](int base, const Speedup& before) {
      return base < 0 ? Speedup{} : ratio(row, rows[static_cast<std::size_t>(base)], before);
    };
    row.speedup = over(bases[i].base, row.speedup);
    row.ladder = over(bases[i].ladder_base, row.ladder);
    row.efficiency = {};
    if (row.speedup.base) {
      const Row& base = rows[static_cast<std::size_t>(bases[i].base)];
      row.efficiency =
          efficiency_of(row.speedup.ratio, static_cast<double>(row.workers()) / static_cast<double>(base.workers()));
      // No ratio has but half of what belongs to it.
      if (!row.efficiency.value) row.speedup = {};
    }
  }
}

bool all_verified(std::span<const Row> rows) {
  return std::ranges::none_of(rows, [](const Row& row) { return row.failed(); });
}

}  // namespace trafficbench
