// A visit: one stay at a group of points, which are measured in rounds. In each round every one of them makes one
// repetition, so that what disturbs the machine for a while disturbs all alike.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "drivers/measure/measurement.hpp"
#include "drivers/measure/point_timer.hpp"
#include "drivers/ranks/communicator.hpp"
#include "drivers/ranks/rank_groups.hpp"
#include "drivers/report/point.hpp"

namespace trafficbench {

/// Points that are measured together. They all must fit the machine (plan/feasibility.hpp).
struct Group {
  struct Member {
    Point point;
    bool restarted = true;    ///< each repetition begins from the start state (can_restart)
    RepetitionLength length;  ///< fixed at the first visit
    bool is_measured = true;  ///< takes part in visits: it could be made, and has not failed
  };
  std::vector<Member> members;
  bool keep_roads = true;  ///< there is memory for all roads at once; else each is made anew for each repetition
};

/// What ended a piece of work early.
enum class WorkEnd { done, interrupted, out_of_time };

/// By when, in seconds of wall_seconds() on rank 0, nothing may be under way.
struct Deadline {
  double seconds = 1e300;
};

/// Collective over the world, after each piece of work: ranks that took no part have waited, asleep. Whether to go on.
/// Throws WorkFailed where a start state can no longer be read, see PointTimer::start_fault().
WorkEnd meet(Communicator& world, const Deadline& deadline, const std::string& start_fault);

/// What a member costs: seconds, found before its first visit.
struct Cost {
  double first = 0;        ///< what its first visit takes beyond: to work out what the road must end in
  double preparation = 0;  ///< of each visit: its road, the start state, the warm-up
  double repetition = 0;   ///< of one repetition, with all that belongs to it
};

/// Collective over the world: makes the member once, finds how long its repetitions must be, and what they cost. `cost`
/// is the same on all ranks. `problem` on rank 0 says why it cannot be made, if it cannot: it is measured no more.
WorkEnd try_out(Communicator& world, const RankGroups& ranks, Group& group, std::size_t member,
                const MeasuringOptions& options, SharedStates& shared, const Deadline& deadline, Cost& cost,
                std::string& problem);

/// Told before each repetition of a visit, on all ranks: its round, from 0, and whose it is.
using Moved = std::function<void(int round, std::size_t member)>;

/// Collective over the world: one visit of `rounds` rounds. `results` has one entry a member, complete on rank 0, empty
/// for those that are not measured; a member whose verification fails makes no more rounds, and is measured no more.
/// In a first visit the lengths of the members grow where a repetition is shorter than it must be. Where the visit ends
/// early, nothing of it counts.
WorkEnd make_visit(Communicator& world, const RankGroups& ranks, Group& group, const MeasuringOptions& options,
                   SharedStates& shared, bool is_first, int rounds, int order_seed, const Deadline& deadline,
                   std::vector<Measurement>& results, const Moved& moved = {});

}  // namespace trafficbench
