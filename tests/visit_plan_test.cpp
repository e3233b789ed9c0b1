#include "drivers/plan/visit_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace trafficbench {
namespace {

using Indices = std::vector<std::size_t>;

using Rounds = std::vector<int>;

TEST(SecondsOf, AddUpVisitsAndRoundsAndWhatTheFirstVisitTakesBeyond) {
  const std::vector<GroupCost> groups{{.visit = 1, .first = 3, .round = 2, .after = 0},
                                      {.visit = 4, .first = 0, .round = 0.5, .after = 0}};
  EXPECT_DOUBLE_EQ(seconds_of({.visits = 1, .spacing = 0}, groups, Rounds{2, 2}), 1 + 3 + 4 + 4 + 1);
  EXPECT_DOUBLE_EQ(seconds_of({.visits = 3, .spacing = 0}, groups, Rounds{2, 4}), 3 + 3 * (1 + 4 + 4 + 2));
  EXPECT_DOUBLE_EQ(seconds_of({.visits = 3, .spacing = 0}, {}, {}), 0);
}

TEST(SecondsOf, HaveWhatComesAfterAllVisitsOnce) {
  const std::vector<GroupCost> groups{{.visit = 1, .first = 0, .round = 1, .after = 7},
                                      {.visit = 1, .first = 0, .round = 1, .after = 5}};
  EXPECT_DOUBLE_EQ(seconds_of({.visits = 3, .spacing = 30}, groups, Rounds{1, 1}), 60 + 4 + 12);
}

TEST(SecondsOf, HaveTheWaitsBetweenTheVisitsOfAGroup) {
  const VisitPlan plan{.visits = 3, .spacing = 30};
  const std::vector<GroupCost> alone{{.visit = 1, .first = 0, .round = 1, .after = 0}};
  // At 0, 30 and 60 s.
  EXPECT_DOUBLE_EQ(seconds_of(plan, alone, Rounds{1}), 62);
  // Others fill the time.
  const std::vector<GroupCost> several(15, alone.front());
  EXPECT_DOUBLE_EQ(seconds_of(plan, several, Rounds(15, 1)), 90);
  // Of a first visit that takes longer the next one is not the later for it.
  const std::vector<GroupCost> slow_first{{.visit = 1, .first = 10, .round = 1, .after = 0}};
  EXPECT_DOUBLE_EQ(seconds_of({.visits = 2, .spacing = 30}, slow_first, Rounds{1}), 32);
}

TEST(RoundsWithin, AreTheMostThatFit) {
  const std::vector<GroupCost> groups{{.visit = 1, .first = 0, .round = 1, .after = 0},
                                      {.visit = 1, .first = 0, .round = 1, .after = 0}};
  const VisitPlan plan{.visits = 2, .spacing = 0};
  // A visit of n rounds takes n + 1 s, and there are four.
  EXPECT_EQ(rounds_within(plan, groups, 16, 1, 10), (Rounds{3, 3}));
  EXPECT_EQ(rounds_within(plan, groups, 15.9, 1, 10), (Rounds{3, 2})) << "what does not serve both serves the first";
  EXPECT_EQ(rounds_within(plan, groups, 1000, 1, 10), (Rounds{10, 10}));
  EXPECT_EQ(rounds_within(plan, groups, 8, 1, 10), (Rounds{1, 1}));
  EXPECT_EQ(rounds_within(plan, groups, 7, 2, 10), (Rounds{2, 2})) << "no fewer than the least";
}

TEST(RoundsWithin, FillTheWaits) {
  const std::vector<GroupCost> groups{{.visit = 0, .first = 0, .round = 1, .after = 0}};
  const VisitPlan plan{.visits = 6, .spacing = 30};
  EXPECT_EQ(rounds_within(plan, groups, 160, 2, 10), Rounds{10});
  EXPECT_EQ(rounds_within(plan, groups, 153, 2, 10), Rounds{3});
}

TEST(CostsOfGroups, AddUpThePointsOfEach) {
  const std::vector<PointCost> points{{.group = 2, .visit = 1, .first = 2, .round = 3, .after = 4},
                                      {.group = 0, .visit = 10, .first = 20, .round = 30, .after = 0},
                                      {.group = 2, .visit = 4, .first = 5, .round = 6, .after = 7}};
  const std::vector<GroupCost> groups = costs_of_groups(points);
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[0].first, 20);
  EXPECT_EQ(groups[1].visit + groups[1].first + groups[1].round, 0);
  EXPECT_EQ(groups[2].visit, 5);
  EXPECT_EQ(groups[2].first, 7);
  EXPECT_EQ(groups[2].round, 9);
  EXPECT_EQ(groups[2].after, 11);
}

TEST(LeftOut, AreTheDearestFirstUntilTheOthersFit) {
  const VisitPlan plan{.visits = 2, .spacing = 0};
  // 2 s, 20 s, 8 s and 14 s with all visits.
  const std::vector<PointCost> points{{.group = 0, .visit = 1, .first = 0, .round = 0, .after = 0},
                                      {.group = 0, .visit = 0, .first = 0, .round = 5, .after = 0},
                                      {.group = 1, .visit = 0, .first = 0, .round = 2, .after = 0},
                                      {.group = 1, .visit = 2, .first = 10, .round = 0, .after = 0}};
  EXPECT_EQ(left_out(plan, 2, points, 44), Indices{});
  EXPECT_EQ(left_out(plan, 2, points, 43), Indices{1});
  EXPECT_EQ(left_out(plan, 2, points, 24), Indices{1});
  EXPECT_EQ(left_out(plan, 2, points, 23), (Indices{1, 3}));
  EXPECT_EQ(left_out(plan, 2, points, 2), (Indices{1, 3, 2}));
}

TEST(LeftOut, AreAllWhereNoneFits) {
  const std::vector<PointCost> points{{.group = 0, .visit = 1, .first = 0, .round = 1, .after = 0},
                                      {.group = 0, .visit = 2, .first = 0, .round = 1, .after = 0}};
  EXPECT_EQ(left_out({.visits = 1, .spacing = 30}, 1, points, 1), (Indices{1, 0}));
  // Cheap as they are, six visits take no less than five waits.
  EXPECT_EQ(left_out({.visits = 6, .spacing = 30}, 1, points, 100), (Indices{1, 0}));
}

/// Goes through a plan by a made-up clock, with visits that take `factor` times as long as guessed, and tells after
/// each how long all the rest takes, and how long it was forecast to take; the first entry is before any visit.
struct Forecast {
  double left = 0;
  double forecast = 0;
};
std::vector<Forecast> forecasts_of(const VisitPlan& plan, std::vector<VisitsMade> groups, double factor,
                                   double between) {
  double now = 500;
  std::vector<Forecast> found;
  std::vector<double> moments;
  const auto look = [&] {
    moments.push_back(now);
    found.push_back({.left = 0, .forecast = seconds_left(plan, groups, now, between)});
  };
  look();
  for (int pass = 0; pass < plan.visits; ++pass) {
    for (VisitsMade& group : groups) {
      now = std::max(now, group.last + plan.spacing);
      group.last = now;
      group.seconds = factor * group.guess;
      now += group.seconds + (pass == 0 ? factor * group.first : 0);
      ++group.made;
      look();
    }
    if (pass + 1 < plan.visits) now += between;
  }
  for (std::size_t i = 0; i < found.size(); ++i) found[i].left = now - moments[i];
  return found;
}

TEST(SecondsLeft, AreExactWhereTheGuessesAre) {
  const std::vector<VisitsMade> groups{{.guess = 3, .first = 4}, {.guess = 50}, {.guess = 0.5}};
  for (const double spacing : {0.0, 30.0, 1000.0}) {
    for (const Forecast& each : forecasts_of({.visits = 6, .spacing = spacing}, groups, 1, 2)) {
      // What passes between two passes is behind the last visit of the first of them, or before it was looked at.
      EXPECT_NEAR(each.forecast, each.left, 2.001);
    }
  }
}

TEST(SecondsLeft, AreRightWithinAFactorOfTwoFromTheFirstOnWhereTheGuessesAre) {
  const std::vector<VisitsMade> groups{{.guess = 3, .first = 4}, {.guess = 50}, {.guess = 0.5}};
  for (const double factor : {0.6, 1.8}) {
    for (const double spacing : {0.0, 30.0}) {
      for (const Forecast& each : forecasts_of({.visits = 6, .spacing = spacing}, groups, factor, 0)) {
        EXPECT_LE(each.forecast, 2 * each.left + 1e-9);
        EXPECT_GE(each.forecast, each.left / 2 - 1e-9);
      }
    }
  }
}

TEST(SecondsLeft, LearnFromTheFirstVisitHowWrongTheGuessesAre) {
  const std::vector<VisitsMade> groups{{.guess = 1}, {.guess = 10}, {.guess = 100}};
  for (const double factor : {0.05, 20.0}) {
    const std::vector<Forecast> found = forecasts_of({.visits = 6, .spacing = 0}, groups, factor, 0);
    for (std::size_t i = 1; i < found.size(); ++i) EXPECT_NEAR(found[i].forecast, found[i].left, 1e-6);
  }
}

}  // namespace
}  // namespace trafficbench
