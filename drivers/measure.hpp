// Measures one point: repetitions, each from the start state, timed on every rank and verified.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drivers/communicator.hpp"
#include "drivers/placement.hpp"
#include "drivers/point.hpp"

namespace trafficbench {

/// When a point has been repeated often enough.
struct StoppingRule {
  double least_seconds = 0.05;  ///< of one repetition; fixes the iterations where the point leaves them open
  int least_repetitions = 6;    ///< the fewest that an interval of the median can be had from
  int most_repetitions = 1000;
  double precision = 0.02;  ///< half-width of the interval, as a part of the median
  double time_cap = 1.0;    ///< seconds of timed work after which no repetition is added to the fewest
};

/// What the ranks did in one repetition: seconds.
struct RankSeconds {
  double min = 0;
  double median = 0;
  double max = 0;
};

/// The least, the median and the greatest. `seconds` is not empty.
RankSeconds summary_of(const std::vector<double>& seconds);

/// Every rank's number on rank 0, by rank; nothing elsewhere. Collective.
std::vector<double> gather_numbers(Communicator& comm, double mine);

struct Measurement {
  std::int64_t steps = 0;
  std::int64_t depth = 0;
  std::vector<double> samples;            ///< seconds of the slowest rank, one a repetition
  std::vector<double> cpu_seconds;        ///< summed over ranks, one a repetition
  std::vector<RankSeconds> rank_seconds;  ///< one a repetition
  std::vector<WorkerPlace> placement;
  std::string stopped;    ///< "precise", "time_cap", ...: results/schema says what each means
  bool restarted = true;  ///< every repetition began from the start state
  bool full = true;       ///< verified by the hash of the whole road; else by windows
  std::int64_t cars = 0;
  std::uint64_t hash = 0;  ///< of the final state; only if `full`
  std::string problem;     ///< what the verification found wrong; empty if nothing
  std::string isa;         ///< the one that was used
  double clock_hz = 0;
};

/// Why the point's road does not fit into the memory of the nodes; empty if it does. Collective over the ranks of the
/// point.
std::string why_no_memory(Communicator& comm, const Point& point);

/// Why the point cannot be measured on this machine, for want of memory or cores; empty if it can. Collective.
std::string why_not(Communicator& comm, const Point& point, bool oversubscribe);

/// How final states are verified.
enum class Verification {
  automatic,  ///< full as far as that takes seconds, windows beyond
  full,
  windows
};

/// Collective over the ranks of the point, which must fit (why_not). The result is complete on rank 0 and agrees on all
/// ranks as far as `problem` and `stopped` go.
Measurement measure(Communicator& comm, const Point& point, const StoppingRule& rule, Verification verification,
                    bool oversubscribe);

/// Set by SIGTERM, SIGINT and SIGUSR1 once watch_signals has been called: the repetition under way is finished, and
/// measure() returns with stopped == "interrupted".
bool interrupted();
void watch_signals();

}  // namespace trafficbench
