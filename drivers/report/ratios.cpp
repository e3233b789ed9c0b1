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

/// Rate of a row over that of its base. Where the row holds what this base took in its rounds, that counts.
Speedup ratio(const Row& row, const Row& base, const Speedup& before) {
  Speedup result;
  result.base = base.name;
  const bool of_this_base = before.base == base.name;
  if (of_this_base) {
    result.base_samples = before.base_samples;
    result.base_steps = before.base_steps;
  }
  if (row.name == base.name) {
    result.base_mcops = base.mcops.value;
    result.ratio.value = 1;
    if (row.mcops.low) result.ratio.low = result.ratio.high = 1;
    return result;
  }
  const bool paired = of_this_base && !before.base_samples.empty() && before.base_samples.size() == row.samples.size();
  const std::vector<double>& base_samples = paired ? before.base_samples : base.samples;
  result.base_mcops = paired ? before.base_mcops : base.mcops.value;
  const double middle = known(row.mcops.value) / known(result.base_mcops);
  result.ratio.value = finite(middle);
  if (row.origin != Origin::measured) return result;
  if (const auto interval = ratio_interval(base_samples, row.samples, paired)) {
    // The ratio of medians of seconds, times that of the updates made in them.
    const double scale = middle * median(row.samples) / median(base_samples);
    result.ratio.low = finite(std::min(interval->low * scale, middle));
    result.ratio.high = finite(std::max(interval->high * scale, middle));
  }
  return result;
}

Estimate scaled(const Estimate& estimate, double factor) {
  const auto times = [&](std::optional<double> number) { return number ? finite(*number * factor) : std::nullopt; };
  return {times(estimate.value), times(estimate.low), times(estimate.high)};
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
    if (bases[i].base >= 0) {
      const Row& base = rows[static_cast<std::size_t>(bases[i].base)];
      row.efficiency =
          scaled(row.speedup.ratio, static_cast<double>(base.workers()) / static_cast<double>(row.workers()));
    }
  }
}

bool all_verified(std::span<const Row> rows) {
  return std::ranges::none_of(rows, [](const Row& row) { return row.failed(); });
}

}  // namespace trafficbench
