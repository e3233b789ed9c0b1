// Rows for tests of what keeps rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "drivers/report/ratios.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

/// The repetitions of one visit: seconds of each.
struct MadeUpVisit {
  std::size_t run = 0;
  std::int64_t visit = 0;
  std::vector<double> seconds;
};

/// A measured row that breaks no rule: repetitions of 10 iterations of 1000 cells.
inline Row made_up_row(const std::string& name, const std::vector<MadeUpVisit>& visits) {
  Row row;
  row.name = name;
  row.kernel = "naive";
  row.isa = "generic";
  row.cells = 1000;
  row.steps = 10;
  row.depth = 1;
  row.density = 0.5;
  row.init = "philox";
  row.seed = 1;
  for (const MadeUpVisit& visit : visits) {
    for (const double seconds : visit.seconds) {
      row.samples.push_back(seconds);
      row.sample_visits.push_back(visit.visit);
      row.sample_runs.push_back(visit.run);
      row.sample_steps.push_back(10);
    }
  }
  row.cpu_seconds = row.samples;
  row.hash = "0123456789abcdef";
  row.verified = true;
  row.verification = VerificationMethod::full;
  row.restarted = true;
  row.stopped = StopReason::fixed;
  work_out_rate(row);
  return row;
}

/// One of a single repetition, at that rate.
inline Row made_up_row(const std::string& name, double mcops = 1, std::int64_t visit = 0, std::size_t run = 0) {
  return made_up_row(name, {{.run = run, .visit = visit, .seconds = {0.01 / mcops}}});
}

}  // namespace trafficbench
