#include "drivers/measure/measured_row.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "drivers/measure/network_limit.hpp"
#include "drivers/report/point_row.hpp"
#include "drivers/report/ratios.hpp"

namespace trafficbench {

Row measured_row(const std::string& command, const Point& point, const Measurement& measurement,
                 const VisitOfRow& visit, StopReason stopped) {
  Row row = row_of(command, point);
  const std::size_t samples = measurement.samples.size();
  row.samples = measurement.samples;
  row.sample_visits.assign(samples, visit.visit);
  row.sample_runs.assign(samples, visit.run);
  row.sample_steps.assign(samples, measurement.length.timed_steps());
  // Of one rank they are the samples.
  if (point.ranks > 1) row.rank_seconds = measurement.rank_seconds;
  row.cpu_seconds = measurement.cpu_seconds;
  row.sample_clock_hz = measurement.clock_hz;
  row.steps = measurement.length.steps;
  row.depth = measurement.depth;
  row.isa = measurement.isa;
  if (!measurement.configuration.empty()) row.configuration = measurement.configuration;
  row.cars = measurement.cars;
  work_out_rate(row);
  row.shares = measurement.shares;
  row.warnings = measurement.warnings;
  row.placement = measurement.placement;
  if (measurement.full) row.hash = fmt::format("{:016x}", measurement.hash);
  row.verified = measurement.problem.empty();
  row.verification = measurement.full ? VerificationMethod::full : VerificationMethod::windows;
  row.restarted = measurement.restarted;
  row.stopped = measurement.problem.empty() ? stopped : StopReason::failed;
  if (!measurement.problem.empty()) row.error_message = measurement.problem;
  return row;
}

void add_limit(Row& row, const Point& point, const Ceiling& ceiling, const Network& network, int nodes) {
  if (row.row_class != RowClass::update || row.skipped || !row.isa) return;
  const std::int64_t cells_per_core = std::max<std::int64_t>(1, row.cells / row.workers());
  const LimitPoint where{*row.isa, cells_per_core, point.workers(), point.counting};
  const auto limit =
      limit_with_network(limit_of(ceiling, *point.variant, where), network, point, nodes, row.depth.value_or(1));
  if (!limit) return;
  row.limit = limit->name;
  row.limit_mcops = limit->cells_per_second / 1e6;
  work_out_rate(row);
}

Row skipped_row(const std::string& command, const Point& point, const std::string& reason) {
  Row row = row_of(command, point);
  row.error_message = reason;
  row.skipped = reason;
  return row;
}

}  // namespace trafficbench
