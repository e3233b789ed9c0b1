// What a meter said in the course of a run, and the mean power that follows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "drivers/machine/energy_meter.hpp"

namespace trafficbench {

/// Mean power of a node, or why it is not known, in words that follow "the meter": "stood still for more than 2 s".
struct MeanPower {
  double watts = 0;
  std::string fault;
};

class EnergyTrace {
 public:
  /// What the meter said at that moment of wall_seconds(); moments come in their order.
  void add(double now, const std::optional<EnergyReading>& reading);

  /// From the first change of the counter at or after `began` to the last one until `ended`: a counter that changes ten
  /// times a second says nothing of the moments between.
  MeanPower between(double began, double ended) const;

 private:
  struct Change {
    double now = 0;
    EnergyReading reading;
  };
  void note_silence(double now);

  std::vector<Change> changes_;
  std::optional<Change> last_;  // what was read last that differed, the first reading included
  double heard_ = -1;           // when the counter changed last, or when the trace began
  bool is_readable_ = true;     // at the last moment
  std::string fault_;           // the first
};

}  // namespace trafficbench
