// What came of measuring one point.
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

/// What a row is divided by, as it was measured again in that row's rounds.
struct BaseSamples {
  std::string name;             ///< of the base's own row
  std::int64_t steps = 0;       ///< iterations of one of these repetitions
  double updates = 0;           ///< and cell updates
  std::vector<double> samples;  ///< seconds, one for each of the row's rounds
};

struct Measurement {
  std::int64_t steps = 0;
  std::int64_t depth = 0;
  std::vector<double> samples;            ///< seconds of the slowest rank, one a repetition
  std::vector<double> cpu_seconds;        ///< summed over ranks, one a repetition
  std::vector<RankSeconds> rank_seconds;  ///< one a repetition
  std::vector<int> rounds;                ///< in which each repetition was made
  int discarded = 0;                      ///< earlier repetitions, of which some in the group were too short
  std::optional<BaseSamples> base;
  std::optional<BaseSamples> ladder_base;
  std::optional<Shares> shares;  ///< of all repetitions together
  std::vector<WorkerPlace> placement;
  std::set<Warning> warnings;
  StopReason stopped = StopReason::fixed;
  bool restarted = true;  ///< every repetition began from the start state
  bool full = true;       ///< verified by the hash of the whole road; else by windows
  std::int64_t cars = 0;
  std::uint64_t hash = 0;     ///< of the final state; only if `full`
  std::string problem;        ///< what the verification found wrong; empty if nothing
  std::string isa;            ///< the one that was used
  std::string configuration;  ///< what the kernel chose for itself, on all ranks; empty if it had no choice
  double clock_hz = 0;        ///< of rank 0's core, median over the repetitions; 0: unknown
};

}  // namespace trafficbench
