// A row for tests of what keeps rows.
#pragma once

#include <string>

#include "drivers/report/row.hpp"

namespace trafficbench {

/// A measured row that breaks no rule.
inline Row made_up_row(const std::string& name, double mcops = 1) {
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
  const double seconds = 1000 * 10 / (mcops * 1e6);
  row.samples = {seconds};
  row.real_time_ms = 1e3 * seconds;
  row.cpu_time_ms = 1e3 * seconds;
  row.mcops.value = mcops;
  row.hash = "0123456789abcdef";
  row.verified = true;
  row.verification = VerificationMethod::full;
  row.restarted = true;
  row.stopped = StopReason::fixed;
  return row;
}

}  // namespace trafficbench
