// What a machine did beside a visit: recorded and shown, never used to drop or correct a number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drivers/ranks/communicator.hpp"

namespace trafficbench {

/// Of one node, during one visit.
struct NodeDisturbance {
  std::string host;
  std::optional<double> steal_seconds;    ///< CPU time that a hypervisor gave to others, all CPUs together
  std::int64_t involuntary_switches = 0;  ///< of this program's processes there
  double reference_hz = 0;  ///< rate of a fixed loop of dependent additions by the wall clock, on one core, before
};

/// Collective: reads the counters at its start, and what was added by its end.
class DisturbanceWatch {
 public:
  explicit DisturbanceWatch(Communicator& world);

  /// One entry a node, on rank 0; empty elsewhere.
  std::vector<NodeDisturbance> finish();

 private:
  struct Reading {
    std::optional<double> steal_seconds;
    std::int64_t switches = 0;
  };
  static Reading read();

  Communicator& world_;
  Reading start_;
  double reference_hz_ = 0;
};

}  // namespace trafficbench
