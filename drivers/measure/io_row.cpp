#include "drivers/measure/io_row.hpp"

#include <fmt/format.h>

#include "drivers/base/numbers.hpp"
#include "drivers/base/utf8.hpp"
#include "drivers/report/ratios.hpp"

namespace trafficbench {

std::string row_name(const IoPoint& point, IoOperation operation) {
  return fmt::format("io/{}/cells:{}/ranks:{}/layout:{}/op:{}/sync:{}{}{}", point.method->name,
                     format_count(point.cells), point.ranks, name_of(point.layout), name_of(operation),
                     name_of(point.sync), point.direct ? "/direct:on" : "",
                     point.names_folder ? "/directory:" + one_line(point.file_system.folder) : std::string());
}

Row measured_row(const IoPoint& point, IoOperation operation, const IoMeasurement& measurement,
                 const VisitOfRow& visit) {
  const bool writes = operation == IoOperation::write;
  const IoTimes& times = writes ? measurement.write : measurement.read;
  Row row;
  row.name = row_name(point, operation);
  row.kernel = point.method->name;
  row.cells = point.cells;
  row.steps = 1;
  row.ranks = point.ranks;
  row.density = point.start.density;
  row.init = point.start.init;
  row.seed = static_cast<std::uint64_t>(point.start.seed);
  row.row_class = RowClass::io;
  row.samples = {times.seconds};
  row.sample_visits = {visit.visit};
  row.sample_runs = {visit.run};
  row.sample_steps = {1};
  row.cpu_seconds = {times.cpu_seconds};
  row.layout = point.layout;
  row.operation = operation;
  row.sync = point.sync;
  row.bytes = kBlockBytes * blocks_for(point.cells);
  row.files = measurement.files;
  row.phase_seconds = {times.phases};
  if (!writes && measurement.resident) row.resident = {*measurement.resident};
  row.reader = point.ranks == 1 || point.method->read_by_writer ? IoReader::same_ranks : IoReader::other_ranks;
  if (point.direct) row.direct = true;
  row.file_system = point.file_system;
  row.stripe_count = measurement.stripes.count;
  row.stripe_bytes = measurement.stripes.bytes;
  if (!measurement.stripes.note.empty()) row.stripes_note = measurement.stripes.note;
  if (point.method->takes_hints) {
    row.hints = times.hints;
    for (const auto& [name, value] : point.hints) {
      const auto found = times.hints.find(name);
      if (found == times.hints.end() || found->second != value)
        row.hints_ignored.insert(fmt::format("{}={}", name, value));
    }
  }
  const std::string& problem = measurement.verdict.problem;
  row.hash = fmt::format("{:016x}", measurement.verdict.hash);
  row.verified = problem.empty();
  row.verification = VerificationMethod::full;
  row.restarted = true;
  row.stopped = problem.empty() ? StopReason::fixed : StopReason::failed;
  if (!problem.empty()) row.error_message = problem;
  work_out_rate(row);
  return row;
}

}  // namespace trafficbench
