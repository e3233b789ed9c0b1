// Tests at an instruction set of their choice.
#pragma once

#include <string>
#include <vector>

#include "kernels/isa.hpp"

namespace trafficbench {

/// Every instruction set that this CPU runs.
inline std::vector<std::string> isas_that_run() {
  std::vector<std::string> names;
  for (const Isa& isa : built_isas()) {
    if (isa.runs_here) names.push_back(isa.name);
  }
  return names;
}

/// Selects one until the end of its scope.
class WithIsa {
 public:
  explicit WithIsa(const std::string& name) { select_isa(name); }
  ~WithIsa() { select_isa("auto"); }
  WithIsa(const WithIsa&) = delete;
  WithIsa& operator=(const WithIsa&) = delete;
};

}  // namespace trafficbench
