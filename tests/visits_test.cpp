#include "drivers/report/visits.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "tests/made_up_row.hpp"
#include "tests/random_choices.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

Row row_of_visits(const std::vector<MadeUpVisit>& visits) { return made_up_row("sweep/a", visits); }

/// So many visits of a launch, all of which say the same.
std::vector<VisitValue> launch_of(std::size_t run, std::int64_t visits, double value) {
  std::vector<VisitValue> values;
  for (std::int64_t visit = 0; visit < visits; ++visit) values.push_back({run, visit, value});
  return values;
}

std::vector<VisitValue> joined(const std::vector<std::vector<VisitValue>>& launches) {
  std::vector<VisitValue> all;
  for (const std::vector<VisitValue>& launch : launches) all.insert(all.end(), launch.begin(), launch.end());
  return all;
}

TEST(MediansByVisit, AreOneForEachVisitOfEachLaunch) {
  const Row row = row_of_visits({{0, 0, {1, 2, 9}}, {0, 3, {4}}, {1, 0, {5, 6}}, {1, 1, {7, 8, 9}}});
  const std::vector<VisitValue> medians = medians_by_visit(row, row.samples);
  ASSERT_EQ(medians.size(), 4u);
  const std::vector<VisitValue> expected{{0, 0, 2}, {0, 3, 4}, {1, 0, 5.5}, {1, 1, 8}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(medians[i].run, expected[i].run);
    EXPECT_EQ(medians[i].visit, expected[i].visit);
    EXPECT_EQ(medians[i].value, expected[i].value);
  }
}

TEST(RatiosByVisit, PairTheRoundsOfTheVisitsThatBothShare) {
  // The medians of visit 0, apart, have a ratio of 2.
  const Row row = row_of_visits({{0, 0, {1, 2, 4}}, {0, 1, {5}}, {1, 0, {2, 1, 2}}});
  const Row other = row_of_visits({{0, 0, {4, 2, 4}}, {0, 2, {7}}, {1, 0, {6, 3, 6}}, {1, 1, {3}}});
  const std::vector<VisitValue> ratios = ratios_by_visit(row, other);
  ASSERT_EQ(ratios.size(), 2u);
  EXPECT_EQ(std::pair(ratios[0].run, ratios[0].visit), std::pair(std::size_t{0}, std::int64_t{0}));
  EXPECT_EQ(std::pair(ratios[1].run, ratios[1].visit), std::pair(std::size_t{1}, std::int64_t{0}));
  EXPECT_DOUBLE_EQ(ratios[0].value, 1);
  EXPECT_DOUBLE_EQ(ratios[1].value, 3);
}

TEST(RatiosByVisit, AreOfRatesWhateverRoadsAndIterations) {
  Row row = row_of_visits({{0, 0, {1, 1}}});
  const Row other = row_of_visits({{0, 0, {1, 1}}});
  row.cells = 4000;
  row.sample_steps = {30, 50};
  EXPECT_DOUBLE_EQ(ratios_by_visit(row, other).at(0).value, 4 * (3 + 5) / 2.0);
}

TEST(RatiosByVisit, HaveAsManyRoundsAsBothMade) {
  const Row row = row_of_visits({{0, 0, {1, 1, 1}}});
  // It failed in its second round.
  const Row other = row_of_visits({{0, 0, {2, 3}}});
  EXPECT_DOUBLE_EQ(ratios_by_visit(row, other).at(0).value, 2.5);
  EXPECT_TRUE(ratios_by_visit(row, row_of_visits({{1, 0, {1}}})).empty());
}

TEST(OverVisits, HasAnIntervalFromSixVisitsOn) {
  std::vector<VisitValue> values;
  for (const double value : {3, 1, 5, 2, 4}) values.push_back({0, static_cast<std::int64_t>(values.size()), value});
  EXPECT_EQ(over_visits(values).value, 3);
  EXPECT_FALSE(over_visits(values).interval || over_visits(values).over);
  values.push_back({0, 5, 10});
  const OverVisits over = over_visits(values);
  EXPECT_EQ(over.value, 3.5);
  ASSERT_TRUE(over.interval);
  EXPECT_EQ(over.interval->low, 1);
  EXPECT_EQ(over.interval->high, 10);
  EXPECT_EQ(over.over, IntervalOver::visits);
}

TEST(OverVisits, IsOverLaunchesFromSixOfThemOn) {
  std::vector<std::vector<VisitValue>> launches;
  for (std::size_t run = 0; run < 5; ++run) launches.push_back(launch_of(run, 6, static_cast<double>(run)));
  EXPECT_EQ(over_visits(joined(launches)).over, IntervalOver::visits);
  // Ranks 10 and 21 of 30.
  EXPECT_EQ(over_visits(joined(launches)).interval->low, 1);
  EXPECT_EQ(over_visits(joined(launches)).interval->high, 3);
  launches.push_back({{7, 0, 20}, {7, 1, 100}, {7, 4, 30}});
  const OverVisits over = over_visits(joined(launches));
  EXPECT_EQ(over.over, IntervalOver::launches);
  EXPECT_EQ(over.value, 2) << "the median over all visits";
  ASSERT_TRUE(over.interval);
  EXPECT_EQ(over.interval->low, 0);
  EXPECT_EQ(over.interval->high, 30);
}

TEST(OverVisits, HoldsItsValueEvenWhereOneLaunchHasMostOfTheVisits) {
  for (const double lot : {10.0, 0.1}) {
    const Trying trying({{"most of the visits say", lot}});
    std::vector<std::vector<VisitValue>> launches{launch_of(0, 20, lot)};
    for (std::size_t run = 1; run < 9; ++run) launches.push_back(launch_of(run, 1, 1));
    const OverVisits over = over_visits(joined(launches));
    EXPECT_EQ(over.value, lot);
    ASSERT_TRUE(over.interval);
    // The interval of nine launches leaves out the greatest and the least.
    EXPECT_EQ(over.interval->low, std::min(lot, 1.0));
    EXPECT_EQ(over.interval->high, std::max(lot, 1.0));
  }
}

/// What visits are for: repetitions within one are alike, and say nothing of the next. All of them thrown together
/// promise too much.
TEST(OverVisits, IsWiderThanOverAllRepetitionsWhereVisitsDisagree) {
  Random random(8);
  for (int trial = 0; trial < trials(50); ++trial) {
    std::vector<MadeUpVisit> visits;
    const auto count = random.pick(6, 12);
    const auto rounds = random.pick(5, 20);
    std::vector<double> levels;
    for (std::int64_t visit = 0; visit < count; ++visit) {
      levels.push_back(1 + 0.1 * static_cast<double>(visit));
      visits.push_back({.run = 0, .visit = visit, .seconds = {}});
      for (std::int64_t round = 0; round < rounds; ++round) {
        visits.back().seconds.push_back(levels.back() + 1e-6 * static_cast<double>(random.pick(0, 1000)));
      }
    }
    const Trying trying({{"visits", count}, {"rounds", rounds}});
    const Row row = row_of_visits(visits);
    const OverVisits over = over_visits(medians_by_visit(row, row.samples));
    const auto pooled = median_interval(row.samples);
    ASSERT_TRUE(over.interval && pooled);
    EXPECT_LT(over.interval->low, pooled->low);
    EXPECT_GT(over.interval->high, pooled->high);
    // As wide as that of the levels of the visits.
    EXPECT_NEAR(over.interval->low, median_interval(levels)->low, 1.1e-3);
    EXPECT_NEAR(over.interval->high, median_interval(levels)->high, 1.1e-3);
  }
}

TEST(OverVisits, GivesEachVisitOneVoiceHoweverManyRepetitionsItHas) {
  const Row row = row_of_visits({{0, 0, {1}}, {0, 1, {1}}, {0, 2, std::vector<double>(50, 9.0)}});
  EXPECT_EQ(over_visits(medians_by_visit(row, row.samples)).value, 1);
  EXPECT_EQ(median(row.samples), 9);
}

}  // namespace
}  // namespace trafficbench
