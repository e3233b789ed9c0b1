// How long a sweep's visits take, and how many rounds a visit may have within a budget.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace trafficbench {

/// Of one group of points, in seconds.
struct GroupCost {
  double visit = 0;  ///< of a visit without its rounds: roads, start states, warm-up
  double first = 0;  ///< what the first visit takes beyond
  double round = 0;  ///< of each round
  double after = 0;  ///< once, after all visits
};

/// How often, and how far apart, a sweep goes round its groups.
struct VisitPlan {
  int visits = 6;
  double spacing = 30;  ///< seconds from the begin of a visit to that of the next one of the same group, at least
};

/// Seconds from the first visit's begin to the end of what follows the last one, with so many rounds a visit of each
/// group: each pass goes through all groups in their order, and waits where a group's last visit is too near.
double seconds_of(const VisitPlan& plan, std::span<const GroupCost> groups, std::span<const int> rounds);

/// As many rounds a visit of each group as take no longer than `seconds`: from `least`, which may take longer, to
/// `most`. What does not serve all groups alike serves the first ones.
std::vector<int> rounds_within(const VisitPlan& plan, std::span<const GroupCost> groups, double seconds, int least,
                               int most);

/// How far the visits of a group have come.
struct VisitsMade {
  double guess = 0;      ///< seconds of each, as guessed
  double first = 0;      ///< what the first visit takes beyond, as guessed
  double seconds = 0;    ///< that the last one took, without that; 0: none was made
  int made = 0;          ///< visits that are behind it
  double last = -1e300;  ///< when the last one began
};

/// Seconds from `now` to the end of the visits that are missing, waits included, with `between` seconds after each pass
/// but the last. A group takes as long as before; one without a visit takes longer than guessed as others did.
double seconds_left(const VisitPlan& plan, std::vector<VisitsMade> groups, double now, double between);

/// What a point costs, by itself.
struct PointCost {
  std::size_t group = 0;
  double visit = 0;
  double first = 0;
  double round = 0;
  double after = 0;
};

/// Which points to leave out, dearest first, so that `plan` with `rounds` rounds a visit takes no longer than `seconds`
/// with those that are left: indices of `points`. All of them where none fits.
std::vector<std::size_t> left_out(const VisitPlan& plan, int rounds, std::span<const PointCost> points, double seconds);

/// The costs of the groups that these points are in.
std::vector<GroupCost> costs_of_groups(std::span<const PointCost> points);

}  // namespace trafficbench
