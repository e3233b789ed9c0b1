#include "drivers/plan/visit_plan.hpp"

#include <algorithm>
#include <numeric>

namespace trafficbench {

double seconds_of(const VisitPlan& plan, std::span<const GroupCost> groups, std::span<const int> rounds) {
  std::vector<double> last(groups.size(), -plan.spacing);
  double now = 0;
  for (int visit = 0; visit < plan.visits; ++visit) {
    for (std::size_t i = 0; i < groups.size(); ++i) {
      now = std::max(now, last[i] + plan.spacing);
      last[i] = now;
      now += groups[i].visit + rounds[i] * groups[i].round + (visit == 0 ? groups[i].first : 0);
    }
  }
  for (const GroupCost& group : groups) now += group.after;
  return now;
}

double seconds_left(const VisitPlan& plan, std::vector<VisitsMade> groups, double now, double between) {
  double guessed = 0;
  double taken = 0;
  for (const VisitsMade& group : groups) {
    if (group.seconds == 0) continue;
    guessed += group.guess;
    taken += group.seconds;
  }
  const double scale = guessed > 0 ? taken / guessed : 1;
  const double began = now;
  for (int pass = 0; pass < plan.visits; ++pass) {
    bool has_visited = false;
    for (VisitsMade& group : groups) {
      if (group.made > pass) continue;
      now = std::max(now, group.last + plan.spacing);
      group.last = now;
      now += (group.seconds > 0 ? group.seconds : scale * group.guess) + (pass == 0 ? scale * group.first : 0);
      has_visited = true;
    }
    if (has_visited && pass + 1 < plan.visits) now += between;
  }
  return now - began;
}

std::vector<int> rounds_within(const VisitPlan& plan, std::span<const GroupCost> groups, double seconds, int least,
                               int most) {
  std::vector<int> rounds(groups.size(), least);
  while (true) {
    bool is_changed = false;
    for (int& each : rounds) {
      if (each == most) continue;
      ++each;
      if (seconds_of(plan, groups, rounds) <= seconds) {
        is_changed = true;
      } else {
        --each;
      }
    }
    if (!is_changed) return rounds;
  }
}

std::vector<GroupCost> costs_of_groups(std::span<const PointCost> points) {
  std::size_t count = 0;
  for (const PointCost& point : points) count = std::max(count, point.group + 1);
  std::vector<GroupCost> costs(count);
  for (const PointCost& point : points) {
    GroupCost& cost = costs[point.group];
    cost.visit += point.visit;
    cost.first += point.first;
    cost.round += point.round;
    cost.after += point.after;
  }
  return costs;
}

std::vector<std::size_t> left_out(const VisitPlan& plan, int rounds, std::span<const PointCost> points,
                                  double seconds) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater(), [&](std::size_t i) {
    return (points[i].first + points[i].after) / plan.visits + points[i].visit + rounds * points[i].round;
  });
  std::vector<PointCost> kept(points.begin(), points.end());
  std::vector<std::size_t> out;
  for (const std::size_t i : order) {
    const std::vector<GroupCost> groups = costs_of_groups(kept);
    if (seconds_of(plan, groups, std::vector<int>(groups.size(), rounds)) <= seconds) break;
    out.push_back(i);
    // It stays in its place, and costs nothing.
    kept[i] = {.group = points[i].group, .visit = 0, .first = 0, .round = 0, .after = 0};
  }
  return out;
}

}  // namespace trafficbench
