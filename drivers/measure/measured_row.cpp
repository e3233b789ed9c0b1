#include "drivers/measure/measured_row.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drivers/base/statistics.hpp"
#include "drivers/report/point_row.hpp"
#include "drivers/report/ratios.hpp"

namespace trafficbench {

namespace {

/// What a base took in the rounds of a row; the ratio is formed once both rows are there.
Speedup over(const std::optional<BaseSamples>& base) {
  Speedup speedup;
  if (!base || base->samples.empty()) return speedup;
  speedup.base = base->name;
  speedup.base_steps = base->steps;
  speedup.base_samples = base->samples;
  if (const double rate = base->updates / median(base->samples) / 1e6; std::isfinite(rate)) speedup.base_mcops = rate;
  return speedup;
}

}  // namespace

Row measured_row(const std::string& command, const Point& point, const Measurement& measurement, std::size_t run,
                 const Ceiling* ceiling) {
  Row row = row_of(command, point);
  row.run = run;
  row.steps = measurement.steps;
  row.depth = measurement.depth;
  row.isa = measurement.isa;
  if (!measurement.configuration.empty()) row.configuration = measurement.configuration;
  row.cars = measurement.cars;
  row.samples = measurement.samples;
  row.rank_seconds = measurement.rank_seconds;
  row.rounds.assign(measurement.rounds.begin(), measurement.rounds.end());
  if (measurement.discarded > 0) row.discarded = measurement.discarded;
  if (const double cpu = 1e3 * median(measurement.cpu_seconds); std::isfinite(cpu)) row.cpu_time_ms = cpu;
  if (measurement.clock_hz > 0) row.clock_hz = measurement.clock_hz;
  work_out_rate(row);
  if (ceiling != nullptr && row.mcops.value) {
    const std::int64_t cells_per_core = std::max<std::int64_t>(1, row.cells / row.workers());
    const LimitPoint where{measurement.isa, cells_per_core, point.workers()};
    if (const auto limit = limit_of(*ceiling, *point.variant, where)) {
      row.limit = limit->name;
      row.fraction_of_limit = *row.mcops.value * 1e6 / limit->cells_per_second;
    }
  }
  row.speedup = over(measurement.base);
  row.ladder = over(measurement.ladder_base);
  row.shares = measurement.shares;
  row.warnings = measurement.warnings;
  row.placement = measurement.placement;
  if (measurement.full) row.hash = fmt::format("{:016x}", measurement.hash);
  row.verified = measurement.problem.empty();
  row.verification = measurement.full ? VerificationMethod::full : VerificationMethod::windows;
  row.restarted = measurement.restarted;
  row.stopped = measurement.stopped;
  if (!measurement.problem.empty()) row.error_message = measurement.problem;
  return row;
}

Row skipped_row(const std::string& command, const Point& point, const std::string& reason, std::size_t run) {
  Row row = row_of(command, point);
  row.run = run;
  row.error_message = reason;
  row.skipped = reason;
  return row;
}

}  // namespace trafficbench
