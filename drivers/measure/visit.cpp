#include "drivers/measure/visit.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <random>
#include <utility>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/interrupt.hpp"
#include "drivers/base/wall_clock.hpp"

namespace trafficbench {

namespace {

/// The same on all ranks: those that took no part know nothing.
RepetitionLength agreed(Communicator& world, const RepetitionLength& own) {
  double numbers[] = {static_cast<double>(own.steps), static_cast<double>(own.restarts)};
  world.max(numbers);
  return {std::llround(numbers[0]), std::llround(numbers[1])};
}

class Visit {
 public:
  Visit(Communicator& world, const RankGroups& ranks, Group& group, const MeasuringOptions& options,
        SharedStates& shared, const Deadline& deadline)
      : world_(world), group_(group), deadline_(deadline), timers_(group.members.size()) {
    for (std::size_t i = 0; i < timers_.size(); ++i) {
      const Group::Member& member = group.members[i];
      Communicator* comm = ranks.of(member.point.selection());
      if (comm == nullptr || !member.is_measured) continue;
      const Retained retained{group.keep_roads || group.members.size() == 1, member.restarted};
      timers_[i] = std::make_unique<PointTimer>(*comm, member.point, options, retained, shared);
    }
  }

  WorkEnd prepare() {
    for (std::size_t i = 0; i < timers_.size(); ++i) {
      if (!group_.members[i].is_measured) continue;
      PointTimer* timer = timers_[i].get();
      const bool failed = timer != nullptr && !timer->prepare();
      if (const WorkEnd end = meet_after(i); end != WorkEnd::done) return end;
      // It was made when it was tried out: somebody else has taken the memory.
      const std::string problem = failed ? timer->so_far().problem : std::string();
      world_.agree({}, problem);
    }
    for (const std::size_t i : most_ranks_first()) {
      if (timers_[i]) {
        timers_[i]->set_length(group_.members[i].length);
        timers_[i]->warm_up();
      }
      if (const WorkEnd end = meet_after(i); end != WorkEnd::done) return end;
    }
    return WorkEnd::done;
  }

  /// `lengthens`: repetitions that are too short are made again, longer.
  WorkEnd make_round(int round, unsigned seed, bool lengthens, const Moved& moved) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < timers_.size(); ++i) {
      if (group_.members[i].is_measured) order.push_back(i);
    }
    // Nobody always follows the same one, which may have left the caches in a state that suits it. The same generator
    // everywhere, so that ranks agree.
    std::ranges::shuffle(order, std::mt19937(seed));
    for (const std::size_t i : order) {
      if (moved) moved(round, i);
      if (timers_[i]) timers_[i]->repeat();
      if (const WorkEnd end = meet_after(i); end != WorkEnd::done) return end;
      if (lengthens) {
        if (const WorkEnd end = lengthen(i); end != WorkEnd::done) return end;
      }
      const bool failed = timers_[i] && !timers_[i]->so_far().problem.empty();
      if (world_.max_of(failed ? 1 : 0) > 0) group_.members[i].is_measured = false;
    }
    return WorkEnd::done;
  }

  std::vector<Measurement> finish() {
    std::vector<Measurement> results(timers_.size());
    // The cars of a road that is verified by windows are counted at its end.
    std::vector<double> failed(timers_.size());
    for (std::size_t i = 0; i < timers_.size(); ++i) {
      if (timers_[i]) results[i] = timers_[i]->finish();
      timers_[i].reset();
      failed[i] = results[i].problem.empty() ? 0 : 1;
    }
    world_.max(failed);
    for (std::size_t i = 0; i < timers_.size(); ++i) {
      if (failed[i] > 0) group_.members[i].is_measured = false;
    }
    return results;
  }

 private:
  WorkEnd meet_after(std::size_t i) {
    return meet(world_, deadline_, timers_[i] ? timers_[i]->start_fault() : std::string());
  }

  /// They work out for the others what their roads must end in.
  std::vector<std::size_t> most_ranks_first() const {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < timers_.size(); ++i) {
      if (group_.members[i].is_measured) order.push_back(i);
    }
    std::ranges::stable_sort(order, std::greater(), [&](std::size_t i) { return group_.members[i].point.ranks; });
    return order;
  }

  WorkEnd lengthen(std::size_t i) {
    constexpr int kMost = 5;
    RepetitionLength& length = group_.members[i].length;
    for (int time = 0; time < kMost; ++time) {
      const RepetitionLength longer = agreed(world_, timers_[i] ? timers_[i]->long_enough() : length);
      if (longer == length) break;
      length = longer;
      if (timers_[i]) {
        timers_[i]->set_length(length);
        timers_[i]->repeat();
      }
      if (const WorkEnd end = meet_after(i); end != WorkEnd::done) return end;
    }
    return WorkEnd::done;
  }

  Communicator& world_;
  Group& group_;
  Deadline deadline_;
  std::vector<std::unique_ptr<PointTimer>> timers_;  // nullptr on ranks that take no part
};

}  // namespace

WorkEnd meet(Communicator& world, const Deadline& deadline, const std::string& start_fault) {
  world.sleeping_barrier();
  const bool late = world.rank() == 0 && wall_seconds() > deadline.seconds;
  const double worst = world.max_of(!start_fault.empty() ? 3 : interrupted() ? 2 : late ? 1 : 0);
  // A start state that can no longer be read is the end of the sweep, not of a point.
  if (worst >= 3) world.agree({}, start_fault);
  return worst >= 2 ? WorkEnd::interrupted : worst >= 1 ? WorkEnd::out_of_time : WorkEnd::done;
}

WorkEnd try_out(Communicator& world, const RankGroups& ranks, Group& group, std::size_t member,
                const MeasuringOptions& options, SharedStates& shared, const Deadline& deadline, Cost& cost,
                std::string& problem) {
  Group::Member& tried = group.members[member];
  std::unique_ptr<PointTimer> timer;
  const double began = wall_seconds();
  double numbers[] = {0, 0, 0, 0, 0};  // failed; preparation, timed, repetition, start state
  RepetitionLength length;
  if (Communicator* comm = ranks.of(tried.point.selection())) {
    timer = std::make_unique<PointTimer>(*comm, tried.point, options, Retained{true, tried.restarted}, shared);
    if (timer->prepare()) {
      numbers[4] = timer->start_seconds();
      numbers[1] = wall_seconds() - began - numbers[4];
      const PointTimer::Trial trial = timer->try_out();
      length = trial.length;
      numbers[2] = trial.timed;
      numbers[3] = trial.whole;
    } else {
      numbers[0] = 1;
    }
  }
  const WorkEnd end = meet(world, deadline, timer ? timer->start_fault() : std::string());
  if (end != WorkEnd::done) return end;
  world.max(numbers);
  tried.length = agreed(world, length);
  tried.is_measured = numbers[0] == 0;
  if (!tried.is_measured && timer) problem = timer->so_far().problem;
  constexpr double kWarmUp = 0.1;  // of a repetition
  // The closed form takes about as long as to put the road into its start state.
  cost = {numbers[1], numbers[1] + kWarmUp * numbers[2], numbers[3]};
  return WorkEnd::done;
}

WorkEnd make_visit(Communicator& world, const RankGroups& ranks, Group& group, const MeasuringOptions& options,
                   SharedStates& shared, bool is_first, int rounds, int order_seed, const Deadline& deadline,
                   std::vector<Measurement>& results, const Moved& moved) {
  const std::vector<Group::Member> before = group.members;
  Visit visit(world, ranks, group, options, shared, deadline);
  WorkEnd end = visit.prepare();
  for (int round = 0; end == WorkEnd::done && round < rounds; ++round) {
    end = visit.make_round(round, static_cast<unsigned>(order_seed * rounds + round), is_first && round == 0, moved);
  }
  if (end != WorkEnd::done) {
    group.members = before;
    return end;
  }
  results = visit.finish();
  return end;
}

}  // namespace trafficbench
