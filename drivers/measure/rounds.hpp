// Points that are compared with each other, measured in rounds: in each round every one of them makes one repetition,
// so that what disturbs the machine for a while disturbs all alike.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "drivers/measure/measurement.hpp"
#include "drivers/measure/point_timer.hpp"
#include "drivers/ranks/communicator.hpp"
#include "drivers/ranks/rank_groups.hpp"
#include "drivers/report/point.hpp"

namespace trafficbench {

/// When a point has been repeated often enough.
struct StoppingRule {
  int min_repetitions = 6;  ///< the fewest that an interval of the median can be had from
  int max_repetitions = 100;
  double precision = 0.02;  ///< half-width of the interval, as a part of the median
  double time_cap = 0.3;    ///< seconds of timed work after which no repetition is added to the fewest
};

/// Why a point with these samples, in seconds, needs no more repetitions; nothing while it does.
std::optional<StopReason> reason_to_stop(const StoppingRule& rule, const std::vector<double>& samples);

/// Points measured together. They all must fit the machine (plan/feasibility.hpp).
struct Group {
  struct Member {
    Point point;
    bool has_row = true;    ///< a row comes of it; else it is measured as a base only
    bool restarted = true;  ///< each repetition begins from the start state (can_restart)
    int base = -1;          ///< index of the member that its speedup is over; -1: none, or itself
    int ladder_base = -1;
  };
  std::vector<Member> members;
  bool keep_roads = true;  ///< there is memory for all roads at once; else each is made anew for each repetition
};

/// Times of the wall clock, in seconds of wall_seconds(), at which a group should be and must be done; rank 0's count.
struct Deadline {
  double soft = 1e300;  ///< no repetition is added to the fewest
  double hard = 1e300;  ///< nothing is begun that would last longer
};

/// What ended the rounds.
enum class RoundsEnd { done, interrupted, out_of_time };

/// Collective over the world. Measures every member; `done` is called on every rank as soon as a member is
/// complete, with what came of it on rank 0. A member whose `problem` is set with no samples did not fit. Where rounds
/// end early, members that were not complete are dropped.
RoundsEnd measure_in_rounds(Communicator& world, const RankGroups& ranks, const Group& group,
                            const MeasuringOptions& options, const StoppingRule& rule, const Deadline& deadline,
                            const std::function<void(std::size_t member, const Measurement&)>& done);

}  // namespace trafficbench
