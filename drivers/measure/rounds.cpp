#include "drivers/measure/rounds.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <string_view>
#include <utility>

#include "drivers/base/interrupt.hpp"
#include "drivers/base/statistics.hpp"
#include "drivers/plan/feasibility.hpp"
#include "drivers/road/phase_times.hpp"

namespace trafficbench {

std::optional<std::string> enough(const StoppingRule& rule, const std::vector<double>& samples) {
  const auto count = static_cast<int>(samples.size());
  if (count >= rule.most_repetitions) {
    return rule.least_repetitions == rule.most_repetitions ? "fixed" : "most_repetitions";
  }
  if (count < rule.least_repetitions) return {};
  const auto interval = median_interval(samples);
  if (interval && (interval->high - interval->low) / 2 <= rule.precision * median(samples)) return "precise";
  if (std::accumulate(samples.begin(), samples.end(), 0.0) >= rule.time_cap) return "time_cap";
  return {};
}

Parts::Parts(Communicator& world, const std::vector<Point>& points) : world_(world) {
  for (const Point& point : points) {
    if (point.ranks < world.size()) parts_[point.ranks];
  }
  // In the same order on every rank: each of them takes part in making each.
  for (auto& [ranks, part] : parts_) part = world.first(ranks);
}

Communicator* Parts::of(int ranks) const { return ranks == world_.size() ? &world_ : parts_.at(ranks).get(); }

namespace {

/// Bytes that all members take on a node when all keep their roads, with the start states that they share.
double bytes_of(Communicator& world, const Parts& parts, const Group& group) {
  double bytes = 0;
  std::set<std::pair<int, std::int64_t>> held;
  for (const Group::Member& member : group.members) {
    const Point& point = member.point;
    const bool fresh = held.emplace(point.ranks, point.road_cells).second;
    double own = 0;
    if (Communicator* part = parts.of(point.ranks)) {
      own = node_bytes(*part, point);
      if (fresh) own += static_cast<double>(point.road_cells) / 8 / point.ranks * part->node_size();
    }
    bytes += world.max_of(own);
  }
  return bytes;
}

class Rounds {
 public:
  Rounds(Communicator& world, const Parts& parts, const Group& group, const MeasuringOptions& options,
         const StoppingRule& rule, const Deadline& deadline,
         const std::function<void(std::size_t, const Measurement&)>& done)
      : world_(world), group_(group), rule_(rule), deadline_(deadline), done_(done), places_(group.members.size()) {
    // All roads at once where half of the memory holds them; else one after the other, made anew each time.
    const bool keep = group.members.size() == 1 || 2 * bytes_of(world, parts, group) < least_available_memory(world);
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const Point& point = group.members[i].point;
      if (Communicator* part = parts.of(point.ranks)) {
        places_[i].contender =
            std::make_unique<Contender>(*part, point, options, Kept{keep, group.members[i].restarted}, shared_);
      }
    }
  }

  RoundsEnd measure() {
    RoundsEnd end = prepare();
    for (int round = 0; end == RoundsEnd::done && any_left(); ++round) {
      bool complete = false;
      end = make_round(round, complete);
      if (!complete) break;
      // Also when it is the last round for some other reason: who has made enough repetitions is not lost.
      if (end == RoundsEnd::done && must_start_over()) {
        end = agree_on_steps();
        round = -1;
      } else {
        retire();
      }
    }
    return any_left() ? end : RoundsEnd::done;
  }

 private:
  /// A member's place in the rounds.
  struct Place {
    std::unique_ptr<Contender> contender;  // nullptr on ranks that take no part
    bool left = false;                     // makes no more repetitions: `result` is complete
    Measurement result;
  };

  bool any_left() const {
    return std::ranges::any_of(places_, [](const Place& place) { return !place.left; });
  }

  /// After each piece of work: ranks that took no part have waited, asleep. Whether to go on.
  RoundsEnd meet(double longest_piece) {
    world_.sleeping_barrier();
    const bool late = world_.rank() == 0 && wall_seconds() + longest_piece > deadline_.hard;
    const double worst = world_.max_of(interrupted() ? 2 : late ? 1 : 0);
    return worst >= 2 ? RoundsEnd::interrupted : worst >= 1 ? RoundsEnd::out_of_time : RoundsEnd::done;
  }

  RoundsEnd prepare() {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      Contender* contender = places_[i].contender.get();
      const bool failed = contender != nullptr && !contender->prepare();
      if (const RoundsEnd end = meet(0); end != RoundsEnd::done) return end;
      if (world_.max_of(failed ? 1 : 0) > 0) leave(i, "failed");
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
      if (place.left) continue;
      order.push_back(i);
      const Point& point = group_.members[i].point;
      std::int64_t& most = steps[{point.variant, point.road_cells}];
      const double wanted = place.contender ? static_cast<double>(place.contender->wanted_steps()) : 0;
      most = std::max(most, static_cast<std::int64_t>(world_.max_of(wanted)));
    }
    // Most ranks first: they work out for the others what their roads must end in.
    std::ranges::stable_sort(order, std::greater(), [&](std::size_t i) { return group_.members[i].point.ranks; });
    for (const std::size_t i : order) {
      const Point& point = group_.members[i].point;
      if (places_[i].contender) places_[i].contender->start_over(steps[{point.variant, point.road_cells}]);
      if (const RoundsEnd end = meet(0); end != RoundsEnd::done) return end;
    }
    return RoundsEnd::done;
  }

  /// `complete` is set once all have made their repetition.
  RoundsEnd make_round(int round, bool& complete) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (!places_[i].left) order.push_back(i);
    }
    // Nobody always follows the same one, which may have left the caches in a state that suits it. The same generator
    // everywhere, so that ranks agree.
    std::ranges::shuffle(order, std::mt19937(static_cast<unsigned>(round)));
    for (const std::size_t i : order) {
      const double began = wall_seconds();
      if (places_[i].contender) places_[i].contender->repeat(round);
      longest_ = std::max(longest_, wall_seconds() - began);
      complete = i == order.back();
      if (const RoundsEnd end = meet(longest_); end != RoundsEnd::done) return end;
    }
    return RoundsEnd::done;
  }

  /// Whether everything is made again, since a repetition was shorter than it must be: all members have the same
  /// rounds.
  bool must_start_over() {
    constexpr int kMostRestarts = 5;
    const bool too_short = std::ranges::any_of(
        places_, [](const Place& place) { return !place.left && place.contender && place.contender->too_short(); });
    if (world_.max_of(too_short ? 1 : 0) == 0 || restarts_ == kMostRestarts) return false;
    ++restarts_;
    return true;
  }

  /// Why a member makes no more repetitions, as far as it alone is concerned; empty if it goes on. On rank 0.
  std::string own_reason(std::size_t i, bool late) const {
    const Measurement& result = places_[i].contender->so_far();
    if (!result.problem.empty()) return "failed";
    if (!group_.members[i].wanted) return "";
    if (const auto reason = enough(rule_, result.samples)) return *reason;
    return late && static_cast<int>(result.samples.size()) >= rule_.least_repetitions ? "time_limit" : "";
  }

  /// Rank 0 decides who has made enough repetitions, and tells everybody.
  void retire() {
    static constexpr std::array<std::string_view, 8> kReasons{"",      "precise", "time_cap",   "most_repetitions",
                                                              "fixed", "failed",  "time_limit", "idle"};
    const auto index_of = [](std::string_view reason) {
      return static_cast<double>(std::ranges::find(kReasons, reason) - kReasons.begin());
    };
    // 0: stays; else the index of a reason.
    std::vector<double> decisions(places_.size());
    if (world_.rank() == 0) {
      const bool late = wall_seconds() > deadline_.soft;
      for (std::size_t i = 0; i < places_.size(); ++i) {
        if (!places_[i].left) {
          decisions[i] = index_of(own_reason(i, late));
        }
      }
      // A base stays as long as somebody is measured against it, so that it has a repetition in each of their rounds.
      std::vector<bool> needed(places_.size());
      for (std::size_t i = 0; i < places_.size(); ++i) {
        const Group::Member& member = group_.members[i];
        if (places_[i].left || decisions[i] != 0 || !member.wanted) continue;
        for (const int base : {member.base, member.ladder_base}) {
          if (base >= 0) needed[static_cast<std::size_t>(base)] = true;
        }
      }
      for (std::size_t i = 0; i < places_.size(); ++i) {
        if (places_[i].left || !places_[i].contender->so_far().problem.empty()) continue;
        if (needed[i]) {
          decisions[i] = 0;
        } else if (!group_.members[i].wanted) {
          decisions[i] = index_of("idle");
        }
      }
    }
    world_.broadcast(decisions);
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (decisions[i] != 0) leave(i, std::string(kReasons[static_cast<std::size_t>(decisions[i])]));
    }
  }

  /// What a base took in the rounds of a row.
  std::optional<BaseSamples> samples_of_base(int index, const std::vector<int>& rounds) const {
    if (index < 0) return {};
    const auto base = static_cast<std::size_t>(index);
    const Measurement& result = places_[base].contender ? places_[base].contender->so_far() : places_[base].result;
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

  void leave(std::size_t i, const std::string& reason) {
    Place& place = places_[i];
    place.left = true;
    if (place.contender) {
      place.result = place.contender->finish();
      place.contender.reset();
    }
    place.result.stopped = reason;
    const Group::Member& member = group_.members[i];
    if (world_.rank() == 0) {
      if (!place.result.problem.empty()) place.result.stopped = "failed";
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
  SharedWork shared_;
  std::vector<Place> places_;
  double longest_ = 0;  // seconds of one repetition with all that belongs to it
  int restarts_ = 0;
};

}  // namespace

RoundsEnd measure_in_rounds(Communicator& world, const Parts& parts, const Group& group,
                            const MeasuringOptions& options, const StoppingRule& rule, const Deadline& deadline,
                            const std::function<void(std::size_t, const Measurement&)>& done) {
  return Rounds(world, parts, group, options, rule, deadline, done).measure();
}

}  // namespace trafficbench
