#include "drivers/measure/rounds.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <random>
#include <utility>

#include "drivers/base/interrupt.hpp"
#include "drivers/base/statistics.hpp"
#include "drivers/base/wall_clock.hpp"

namespace trafficbench {

std::optional<StopReason> reason_to_stop(const StoppingRule& rule, const std::vector<double>& samples) {
  const auto count = static_cast<int>(samples.size());
  if (count >= rule.max_repetitions) {
    return rule.min_repetitions == rule.max_repetitions ? StopReason::fixed : StopReason::most_repetitions;
  }
  if (count < rule.min_repetitions) return {};
  const auto interval = median_interval(samples);
  if (interval && (interval->high - interval->low) / 2 <= rule.precision * median(samples)) return StopReason::precise;
  if (std::accumulate(samples.begin(), samples.end(), 0.0) >= rule.time_cap) return StopReason::time_cap;
  return {};
}

namespace {

class Rounds {
 public:
  Rounds(Communicator& world, const RankGroups& ranks, const Group& group, const MeasuringOptions& options,
         const StoppingRule& rule, const Deadline& deadline,
         const std::function<void(std::size_t, const Measurement&)>& done)
      : world_(world), group_(group), rule_(rule), deadline_(deadline), done_(done), places_(group.members.size()) {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const Point& point = group.members[i].point;
      if (Communicator* comm = ranks.first(point.ranks)) {
        const Retained retained{group.keep_roads || group.members.size() == 1, group.members[i].restarted};
        places_[i].timer = std::make_unique<PointTimer>(*comm, point, options, retained, shared_);
      }
    }
  }

  RoundsEnd measure() {
    RoundsEnd end = prepare();
    for (int round = 0; end == RoundsEnd::done && any_incomplete(); ++round) {
      bool complete = false;
      end = make_round(round, complete);
      if (!complete) break;
      // Also if the sweep is about to stop, so that the rows of members with enough repetitions are kept.
      if (end == RoundsEnd::done && must_start_over()) {
        end = agree_on_steps();
        round = -1;
      } else {
        complete_members();
      }
    }
    return any_incomplete() ? end : RoundsEnd::done;
  }

 private:
  /// A member's place in the rounds.
  struct Place {
    std::unique_ptr<PointTimer> timer;  // nullptr on ranks that take no part
    bool complete = false;              // makes no more repetitions: `result` is final
    Measurement result;
  };

  bool any_incomplete() const {
    return std::ranges::any_of(places_, [](const Place& place) { return !place.complete; });
  }

  /// After each piece of work: ranks that took no part have waited, asleep. Whether to go on.
  RoundsEnd meet(double longest_piece) {
    world_.sleeping_barrier();
    const bool late = world_.rank() == 0 && wall_seconds() + longest_piece > deadline_.hard;
    // A start state that can no longer be read is the end of the sweep, not of a point.
    std::string fault;
    for (const Place& place : places_) {
      if (place.timer && fault.empty()) fault = place.timer->start_fault();
    }
    const double worst = world_.max_of(!fault.empty() ? 3 : interrupted() ? 2 : late ? 1 : 0);
    if (worst >= 3) world_.agree({}, fault);
    return worst >= 2 ? RoundsEnd::interrupted : worst >= 1 ? RoundsEnd::out_of_time : RoundsEnd::done;
  }

  RoundsEnd prepare() {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      PointTimer* timer = places_[i].timer.get();
      const bool failed = timer != nullptr && !timer->prepare();
      if (const RoundsEnd end = meet(0); end != RoundsEnd::done) return end;
      if (world_.max_of(failed ? 1 : 0) > 0) complete(i, StopReason::failed);
    }
    return agree_on_steps();
  }

  /// Members of one kernel and road, which may be divided by each other, make the same iterations: the rate of some
  /// kernels changes with their number, because the road does.
  RoundsEnd agree_on_steps() {
    std::map<std::pair<const Variant*, std::int64_t>, std::int64_t> steps;
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const Place& place = places_[i];
      if (place.complete) continue;
      order.push_back(i);
      const Point& point = group_.members[i].point;
      std::int64_t& most = steps[{point.variant, point.road_cells}];
      const double wanted = place.timer ? static_cast<double>(place.timer->wanted_steps()) : 0;
      most = std::max(most, static_cast<std::int64_t>(world_.max_of(wanted)));
    }
    // Most ranks first: they work out for the others what their roads must end in.
    std::ranges::stable_sort(order, std::greater(), [&](std::size_t i) { return group_.members[i].point.ranks; });
    for (const std::size_t i : order) {
      const Point& point = group_.members[i].point;
      if (places_[i].timer) places_[i].timer->start_over(steps[{point.variant, point.road_cells}]);
      if (const RoundsEnd end = meet(0); end != RoundsEnd::done) return end;
    }
    return RoundsEnd::done;
  }

  /// `complete` is set once all have made their repetition.
  RoundsEnd make_round(int round, bool& complete) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (!places_[i].complete) order.push_back(i);
    }
    // Nobody always follows the same one, which may have left the caches in a state that suits it. The same generator
    // everywhere, so that ranks agree.
    std::ranges::shuffle(order, std::mt19937(static_cast<unsigned>(round)));
    for (const std::size_t i : order) {
      const double began = wall_seconds();
      if (places_[i].timer) places_[i].timer->repeat(round);
      longest_ = std::max(longest_, wall_seconds() - began);
      complete = i == order.back();
      if (const RoundsEnd end = meet(longest_); end != RoundsEnd::done) return end;
    }
    return RoundsEnd::done;
  }

  /// Whether everything is made again, since a repetition was shorter than it must be: all members have the same
  /// rounds.
  bool must_start_over() {
    constexpr int kMaxRestarts = 5;
    const bool too_short = std::ranges::any_of(
        places_, [](const Place& place) { return !place.complete && place.timer && place.timer->too_short(); });
    if (world_.max_of(too_short ? 1 : 0) == 0 || restarts_ == kMaxRestarts) return false;
    ++restarts_;
    return true;
  }

  /// Why a member makes no more repetitions, as far as it alone is concerned; nothing if it goes on. On rank 0.
  std::optional<StopReason> own_reason(std::size_t i, bool late) const {
    const Measurement& result = places_[i].timer->so_far();
    if (!result.problem.empty()) return StopReason::failed;
    if (!group_.members[i].has_row) return {};
    if (const auto reason = reason_to_stop(rule_, result.samples)) return reason;
    const bool has_fewest = std::cmp_greater_equal(result.samples.size(), rule_.min_repetitions);
    return late && has_fewest ? std::optional(StopReason::time_limit) : std::nullopt;
  }

  /// What rank 0 decides of a member after a round, as a number that can be broadcast.
  static constexpr double kGoesOn = -1;
  static constexpr double kNoLongerNeeded = -2;  // a base that nobody is measured against any more
  static double decision(StopReason reason) { return static_cast<double>(reason); }

  /// On rank 0: a decision for each member.
  void decide(std::vector<double>& decisions) const {
    const bool late = wall_seconds() > deadline_.soft;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (places_[i].complete) continue;
      if (const auto reason = own_reason(i, late)) decisions[i] = decision(*reason);
    }
    // A base goes on as long as somebody is measured against it, so that it has a repetition in each of their rounds.
    std::vector<bool> needed(places_.size());
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const Group::Member& member = group_.members[i];
      if (places_[i].complete || decisions[i] != kGoesOn || !member.has_row) continue;
      for (const int base : {member.base, member.ladder_base}) {
        if (base >= 0) needed[static_cast<std::size_t>(base)] = true;
      }
    }
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (places_[i].complete || !places_[i].timer->so_far().problem.empty()) continue;
      if (needed[i]) {
        decisions[i] = kGoesOn;
      } else if (!group_.members[i].has_row) {
        decisions[i] = kNoLongerNeeded;
      }
    }
  }

  /// Rank 0 decides which members have been repeated often enough, and tells everybody.
  void complete_members() {
    std::vector<double> decisions(places_.size(), kGoesOn);
    if (world_.rank() == 0) decide(decisions);
    world_.broadcast(decisions);
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (decisions[i] == kGoesOn) continue;
      // Nobody reads why a mere base stopped.
      complete(i, decisions[i] == kNoLongerNeeded ? StopReason::fixed : static_cast<StopReason>(decisions[i]));
    }
  }

  /// What a base took in the rounds of a row.
  std::optional<BaseSamples> samples_of_base(int index, const std::vector<int>& rounds) const {
    if (index < 0) return {};
    const auto base = static_cast<std::size_t>(index);
    const Measurement& result = places_[base].timer ? places_[base].timer->so_far() : places_[base].result;
    if (!result.problem.empty()) return {};
    BaseSamples taken;
    const Point& point = group_.members[base].point;
    taken.name = row_name("sweep", point);
    taken.steps = result.steps;
    taken.updates = static_cast<double>(point.road_cells) * static_cast<double>(result.steps);
    for (const int round : rounds) {
      const auto at = std::ranges::find(result.rounds, round);
      if (at == result.rounds.end()) return {};
      taken.samples.push_back(result.samples[static_cast<std::size_t>(at - result.rounds.begin())]);
    }
    return taken;
  }

  void complete(std::size_t i, StopReason reason) {
    Place& place = places_[i];
    place.complete = true;
    if (place.timer) {
      place.result = place.timer->finish();
      place.timer.reset();
    }
    place.result.stopped = reason;
    const Group::Member& member = group_.members[i];
    if (world_.rank() == 0) {
      if (!place.result.problem.empty()) place.result.stopped = StopReason::failed;
      place.result.base = samples_of_base(member.base, place.result.rounds);
      place.result.ladder_base = samples_of_base(member.ladder_base, place.result.rounds);
    }
    done_(i, place.result);
  }

  Communicator& world_;
  const Group& group_;
  StoppingRule rule_;
  Deadline deadline_;
  const std::function<void(std::size_t, const Measurement&)>& done_;
  SharedStates shared_;
  std::vector<Place> places_;
  double longest_ = 0;  // seconds of one repetition with all that belongs to it
  int restarts_ = 0;
};

}  // namespace

RoundsEnd measure_in_rounds(Communicator& world, const RankGroups& ranks, const Group& group,
                            const MeasuringOptions& options, const StoppingRule& rule, const Deadline& deadline,
                            const std::function<void(std::size_t, const Measurement&)>& done) {
  return Rounds(world, ranks, group, options, rule, deadline, done).measure();
}

}  // namespace trafficbench
