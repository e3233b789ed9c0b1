// What came of measuring one point in one visit.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "drivers/machine/placement.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

/// The least, the median and the greatest. `seconds` is not empty.
RankSeconds summary_of(const std::vector<double>& seconds);

/// How long a repetition is: fixed at a point's first visit.
struct RepetitionLength {
  std::int64_t steps = 0;     ///< iterations from the start state
  std::int64_t restarts = 1;  ///< how often they are made, summed: a short run lasts long enough that way

  std::int64_t timed_steps() const { return steps * restarts; }
  bool operator==(const RepetitionLength&) const = default;
};

struct Measurement {
  RepetitionLength length;
  std::int64_t depth = 0;
  std::vector<double> samples;            ///< seconds of the slowest rank, one a repetition
  std::vector<double> cpu_seconds;        ///< summed over ranks, one a repetition
  std::vector<RankSeconds> rank_seconds;  ///< one a repetition
  /// Of each rank, on rank 0, one list a repetition: seconds of all its threads together in the kernel, edges between
  /// them included.
  std::vector<std::vector<double>> rank_kernel_seconds;
  std::vector<double> clock_hz;  ///< of rank 0's core, before each repetition; empty if unknown
  std::optional<Shares> shares;  ///< of all repetitions together
  std::vector<WorkerPlace> placement;
  std::set<Warning> warnings;
  bool restarted = true;  ///< every repetition began from the start state
  bool full = true;       ///< verified by the hash of the whole road; else by windows
  std::int64_t cars = 0;
  std::uint64_t hash = 0;     ///< of the final state; only if `full`
  std::string problem;        ///< what the verification found wrong; empty if nothing
  std::string isa;            ///< the one that was used
  std::string configuration;  ///< what the kernel chose for itself, on all ranks; empty if it had no choice
};

}  // namespace trafficbench
