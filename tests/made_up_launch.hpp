// A launch for tests of what keeps launches.
#pragma once

#include <nlohmann/json.hpp>

#include "drivers/base/json.hpp"

namespace trafficbench {

/// An entry of context.runs that breaks no rule.
inline Json made_up_launch() {
  return {{"version", "0.1.0"},
          {"commit", "unknown"},
          {"host", "here"},
          {"cpu", {{"model", "made up"}, {"cores", 2}, {"threads_per_core", 1}, {"clock_hz", 1e9}}},
          {"caches", Json::array()},
          {"numa", Json::array()},
          {"mpi", nullptr},
          {"compiler", "g++ 12"},
          {"flags", "-O3"},
          {"build_type", "Release"},
          {"isas", {"generic"}},
          {"kernels", {"naive"}},
          {"environment", Json::object()},
          {"job", nullptr},
          {"date", "2026-01-31T12:00:00Z"},
          {"argv", {"trafficbench", "sweep"}},
          {"limits", nullptr}};
}

}  // namespace trafficbench
