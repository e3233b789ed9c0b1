// Points that share rounds, on ranks that are threads.
#include "drivers/measure/rounds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <numeric>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/base/wall_clock.hpp"
#include "drivers/plan/groups.hpp"
#include "drivers/plan/time_budget.hpp"
#include "drivers/road/phase_times.hpp"
#include "drivers/road/start.hpp"
#include "drivers/road/verification.hpp"
#include "kernels/closed_form.hpp"
#include "kernels/packed_road.hpp"
#include "kernels/registry.hpp"
#include "tests/kept_binding.hpp"
#include "tests/spoilt_segment.hpp"
#include "tests/thread_ranks.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

Point point_of(const char* kernel, int ranks, int threads = 1, std::int64_t cells = 1000) {
  Point point;
  point.variant = find_variant(kernel);
  point.road_cells = cells;
  point.ranks = ranks;
  point.threads = threads;
  point.steps = 20;
  return point;
}

StoppingRule fixed(int repetitions) { return {.min_repetitions = repetitions, .max_repetitions = repetitions}; }

const MeasuringOptions kShared{.oversubscribe = true};

/// What came of each member, as rank 0 was told; asserts that every rank is told of the same members in the same order.
struct Told {
  RoundsEnd end = RoundsEnd::done;
  std::vector<std::size_t> order;
  std::vector<Measurement> results;
};

Told measure_group(int ranks, const Group& group, const StoppingRule& rule, const Deadline& deadline = {},
                   const MeasuringOptions& options = kShared) {
  Told told;
  told.results.resize(group.members.size());
  std::mutex mutex;
  std::vector<std::vector<std::size_t>> orders;
  const KeptBinding kept;
  on_ranks(ranks, [&](Communicator& world) {
    std::set<int> sizes;
    for (const Group::Member& member : group.members) sizes.insert(member.point.ranks);
    const RankGroups ranks_of_members(world, sizes);
    std::vector<std::size_t> order;
    const RoundsEnd end = measure_in_rounds(world, ranks_of_members, group, options, rule, deadline,
                                            [&](std::size_t member, const Measurement& measurement) {
                                              order.push_back(member);
                                              if (world.rank() == 0) told.results[member] = measurement;
                                            });
    const std::lock_guard lock(mutex);
    orders.push_back(order);
    if (world.rank() == 0) {
      told.end = end;
      told.order = order;
    }
  });
  for (const auto& order : orders) EXPECT_EQ(order, told.order);
  return told;
}

std::vector<int> first_rounds(int count) {
  std::vector<int> rounds(static_cast<std::size_t>(count));
  std::iota(rounds.begin(), rounds.end(), 0);
  return rounds;
}

TEST(Rounds, HoldOneRepetitionOfEveryMember) {
  Group group;
  for (const char* kernel : {"naive", "bitpacked", "leap"}) group.members.push_back({.point = point_of(kernel, 2)});
  const Told told = measure_group(2, group, fixed(7));
  EXPECT_EQ(told.end, RoundsEnd::done);
  for (std::size_t i = 0; i < told.results.size(); ++i) {
    const Trying trying({{"kernel", group.members[i].point.variant->name}});
    const Measurement& result = told.results[i];
    EXPECT_EQ(result.problem, "");
    EXPECT_EQ(result.stopped, StopReason::fixed);
    EXPECT_EQ(result.rounds, first_rounds(7));
    EXPECT_EQ(result.samples.size(), 7u);
    EXPECT_EQ(result.rank_seconds.size(), 7u);
    ASSERT_TRUE(result.shares);
    const Shares& shares = *result.shares;
    for (const double share : {shares.compute, shares.exchange, shares.reduction, shares.waiting}) {
      EXPECT_GE(share, 0);
    }
    EXPECT_LE(shares.compute + shares.exchange + shares.reduction + shares.waiting, 1 + 1e-9);
    EXPECT_GT(shares.compute, 0);
  }
}

TEST(Rounds, HoldTheBaseOfTheirRows) {
  Group group;
  group.members.push_back({.point = point_of("tiled", 3), .base = 2, .ladder_base = 1});
  group.members.push_back({.point = point_of("naive", 1), .has_row = false});
  group.members.push_back({.point = point_of("tiled", 1), .has_row = false});
  const Told told = measure_group(3, group, fixed(6));
  ASSERT_EQ(told.order.size(), 3u);
  EXPECT_EQ(told.order.front(), 0u);
  const Measurement& row = told.results[0];
  ASSERT_TRUE(row.base && row.ladder_base);
  EXPECT_EQ(row.base->name, row_name("sweep", group.members[2].point));
  EXPECT_EQ(row.base->samples, told.results[2].samples);
  EXPECT_EQ(row.ladder_base->samples, told.results[1].samples);
  EXPECT_EQ(row.ladder_base->samples.size(), 6u);
  EXPECT_DOUBLE_EQ(row.base->updates, 1000.0 * 20);
  EXPECT_FALSE(told.results[2].base);
}

TEST(Rounds, KeepABaseUntilTheLastOfItsRowsIsDone) {
  Group group;
  group.members.push_back({.point = point_of("naive", 1)});
  group.members.push_back({.point = point_of("tiled", 1), .ladder_base = 0});
  // Both want six, unless one is precise before the other: whatever happens, the base has every round of its row.
  const StoppingRule rule{.min_repetitions = 6, .max_repetitions = 40, .precision = 0.01, .time_cap = 1e9};
  const Told told = measure_group(1, group, rule);
  const Measurement& base = told.results[0];
  const Measurement& row = told.results[1];
  ASSERT_TRUE(row.ladder_base);
  EXPECT_EQ(row.ladder_base->samples.size(), row.samples.size());
  EXPECT_GE(base.samples.size(), row.samples.size());
}

TEST(Rounds, StartOverWithMoreIterationsWhereARepetitionIsTooShort) {
  Group group;
  Point automatic = point_of("bitpacked", 1);
  automatic.steps = 0;
  group.members.push_back({.point = automatic});
  group.members.push_back({.point = point_of("naive", 1)});
  const Told told = measure_group(1, group, fixed(6));
  for (const double seconds : told.results[0].samples) EXPECT_GE(seconds, kShared.min_seconds);
  EXPECT_EQ(told.results[0].rounds, told.results[1].rounds);
}

TEST(Rounds, AreNotBegunAfterTheDeadline) {
  Group group;
  group.members.push_back({.point = point_of("naive", 1)});
  const Told told = measure_group(2, group, fixed(6), {.soft = 0, .hard = wall_seconds() - 1});
  EXPECT_EQ(told.end, RoundsEnd::out_of_time);
  EXPECT_TRUE(told.order.empty());
}

TEST(Rounds, AreAsFewAsMayBeAfterTheSoftDeadline) {
  Group group;
  group.members.push_back({.point = point_of("naive", 1)});
  const StoppingRule rule{.min_repetitions = 6, .max_repetitions = 1000, .precision = 1e-9, .time_cap = 1e9};
  const Told told = measure_group(1, group, rule, {.soft = 0, .hard = 1e300});
  EXPECT_EQ(told.end, RoundsEnd::done);
  EXPECT_EQ(told.results[0].samples.size(), 6u);
  EXPECT_EQ(told.results[0].stopped, StopReason::time_limit);
}

TEST(Rounds, GiveAllShapesOfAKernelTheSameIterations) {
  Group group;
  for (const int ranks : {1, 2}) {
    for (const char* kernel : {"naive", "bitpacked"}) {
      Point point = point_of(kernel, ranks);
      point.steps = 0;
      group.members.push_back({.point = point, .base = ranks == 1 ? -1 : kernel[0] == 'n' ? 0 : 1});
    }
  }
  const Told told = measure_group(2, group, fixed(6), {}, {.min_seconds = 0.001, .oversubscribe = true});
  for (std::size_t i = 0; i < group.members.size(); ++i) {
    const Trying trying({{"member", i}});
    const Measurement& result = told.results[i];
    EXPECT_EQ(result.problem, "");
    EXPECT_EQ(result.steps, told.results[i % 2].steps);
    EXPECT_EQ(result.placement.size(), static_cast<std::size_t>(group.members[i].point.ranks));
    if (i < 2) continue;
    ASSERT_TRUE(result.base.has_value());
    EXPECT_EQ(result.base->steps, result.steps);
  }
  EXPECT_NE(told.results[0].steps, told.results[1].steps);
}

// Roads that are verified by windows, and roads that go on instead of being restarted.

const MeasuringOptions kWindows{.min_seconds = 0.001, .verification = Verification::windows, .oversubscribe = true};

TEST(Rounds, GoOnWithARoadThatCannotBeRestartedAndVerifyItByWindows) {
  for (const char* kernel : {"bitpacked", "tiled", "leap"}) {
    for (const int ranks : {1, 3}) {
      for (const std::int64_t steps : {20, 0}) {
        // However many iterations a closed form jumps over, it takes no longer: nobody lets it choose.
        if (steps == 0 && std::string_view(kernel) == "leap") continue;
        const Trying trying({{"kernel", kernel}, {"ranks", ranks}, {"steps", steps}});
        Group group;
        group.members.push_back({.point = point_of(kernel, ranks, 1, 10'000), .restarted = false});
        group.members[0].point.steps = steps;
        MeasuringOptions options = kWindows;
        // Asked for or not: the hash of a road that goes on is not worked out.
        options.verification = ranks == 1 ? Verification::full : Verification::automatic;
        const Told told = measure_group(ranks, group, fixed(5), {}, options);
        const Measurement& result = told.results[0];
        EXPECT_EQ(result.problem, "");
        EXPECT_EQ(result.samples.size(), 5u);
        EXPECT_FALSE(result.restarted);
        EXPECT_FALSE(result.full);
      }
    }
  }
}

/// Cells of a road of one rank that no window holds after any of `repetitions` times `steps` iterations, and that hold
/// a car after the last of them.
std::int64_t unseen_car(const Point& point, int repetitions) {
  const Block road{0, point.road_cells};
  const auto start = make_start(point.start, road.cells);
  const std::int64_t cars = PackedRoad(*start, 0, road.cells).cars();
  PackedRoad end(road.cells);
  ClosedForm(*start, cars, repetitions * point.steps).state(0, road.cells, end.words());
  for (std::int64_t cell = 0; cell < road.cells; ++cell) {
    bool seen = !end.car(cell);
    for (int k = 1; k <= repetitions; ++k) {
      for (const Block& window : windows_of({&road, 1}, k * point.steps, 0)) {
        seen = seen || (window.first <= cell && cell < window.first + window.cells);
      }
    }
    if (!seen) return cell;
  }
  ADD_FAILURE() << "the windows hold all";
  return 0;
}

TEST(Rounds, MissACarThatIsLostOutsideEveryWindow) {
  const Variant spoilt = spoilt_bitpacked();
  struct Case {
    bool restarted;
    bool keep_roads;
    std::size_t repetitions;  // that are made before the cars are counted
  };
  for (const Case& tried : {Case{true, true, 3}, Case{false, true, 3}, Case{true, false, 1}}) {
    const Trying trying({{"restarted", tried.restarted}, {"keep_roads", tried.keep_roads}});
    constexpr int kRepetitions = 3;
    Group group;
    group.keep_roads = tried.keep_roads;
    group.members.push_back({.point = point_of("bitpacked", 1, 1, 300'000), .restarted = tried.restarted});
    // A road that is alone is always kept.
    if (!tried.keep_roads) group.members.push_back({.point = point_of("naive", 1)});
    Point& point = group.members[0].point;
    const std::int64_t car = unseen_car(point, tried.restarted ? 1 : kRepetitions);
    const std::int64_t cars = measure_group(1, group, fixed(1), {}, kWindows).results[0].cars;
    point.variant = &spoilt;
    spoilt_cells() = {car};
    const Measurement result = measure_group(1, group, fixed(kRepetitions), {}, kWindows).results[0];
    spoilt_cells() = {};
    EXPECT_EQ(result.samples.size(), tried.repetitions);
    EXPECT_EQ(result.problem, "the road ends with " + std::to_string(cars - 1) + " cars, not " + std::to_string(cars));
    EXPECT_EQ(result.stopped, StopReason::failed);
    EXPECT_EQ(result.restarted, tried.restarted);
    EXPECT_FALSE(result.full);
  }
}

TEST(Rounds, EndAtTheFirstWithAWrongCellInAWindowOfAnyRank) {
  const Variant spoilt = spoilt_bitpacked();
  for (const bool restarted : {true, false}) {
    for (const std::int64_t cell : {0, 5'000, 9'999}) {
      const Trying trying({{"restarted", restarted}, {"cell", cell}});
      Group group;
      group.members.push_back({.point = point_of("bitpacked", 3, 1, 10'000), .restarted = restarted});
      group.members[0].point.variant = &spoilt;
      spoilt_cells() = {cell};
      const Measurement result = measure_group(3, group, fixed(4), {}, kWindows).results[0];
      spoilt_cells() = {};
      EXPECT_NE(result.problem.find("differ from the closed form"), std::string::npos) << result.problem;
      EXPECT_EQ(result.stopped, StopReason::failed);
      EXPECT_EQ(result.samples.size(), 1u);
    }
  }
}

TEST(ReasonToStop, IsTheFirstThatHolds) {
  const StoppingRule rule{.min_repetitions = 6, .max_repetitions = 8, .precision = 0.02, .time_cap = 10};
  EXPECT_EQ(reason_to_stop(rule, {1, 1, 1, 1, 1}), std::nullopt);
  EXPECT_EQ(reason_to_stop(rule, {1, 1, 1, 1, 1, 1.03}), StopReason::precise);
  EXPECT_EQ(reason_to_stop(rule, {1, 1, 1, 1, 1, 1.5}), std::nullopt);
  EXPECT_EQ(reason_to_stop(rule, {2, 2, 2, 2, 2, 3}), StopReason::time_cap);
  EXPECT_EQ(reason_to_stop(rule, {1, 1, 1, 1, 1, 1.5, 1, 1}), StopReason::most_repetitions);
  EXPECT_EQ(reason_to_stop(fixed(2), {1, 5}), StopReason::fixed);
}

TEST(GroupsOf, HaveOneRoadOneContractAndAsManyCores) {
  const std::vector<Point> points{point_of("naive", 1),    point_of("tiled", 1),          point_of("naive", 1, 2),
                                  point_of("naive", 2, 1), point_of("naive", 2, 1, 5000), point_of("tiled", 4)};
  const auto groups = groups_of(points, std::vector<bool>(points.size(), true));
  EXPECT_EQ(groups, (std::vector<std::vector<std::size_t>>{{0, 1}, {2, 3}, {4}, {5}}));
  // A road that cannot be restarted shares its rounds with nobody.
  EXPECT_EQ(groups_of(points, std::vector<bool>(points.size(), false)).size(), points.size());
}

TEST(TimeBudget, LearnsHowGoodItsGuessesAre) {
  TimeBudget budget(wall_seconds(), 1000);
  EXPECT_TRUE(budget.fits(500));
  EXPECT_FALSE(budget.fits(1000));  // a part is kept back
  budget.learn(10, 30);
  EXPECT_FALSE(budget.fits(500));
  EXPECT_TRUE(budget.fits(300));
  const Deadline deadline = budget.deadline(1, 4);
  EXPECT_LT(deadline.soft, deadline.hard);
  EXPECT_TRUE(TimeBudget(0, 0).fits(1e9));
}

TEST(SampledTimer, TimesEveryLongPhaseAndFewShortOnes) {
  SampledTimer of_long;
  SampledTimer of_short;
  int long_timed = 0;
  int short_timed = 0;
  for (int i = 0; i < 10000; ++i) {
    if (of_long.due()) of_long.add(1e-3), ++long_timed;
    if (of_short.due()) of_short.add(1e-6), ++short_timed;
  }
  EXPECT_EQ(long_timed, 10000);
  EXPECT_DOUBLE_EQ(of_long.scale(), 1);
  EXPECT_LT(short_timed, 1000);
  EXPECT_GT(short_timed, 100);
}

TEST(SampledTimer, IsUnbiasedWhereLongOnesCluster) {
  SampledTimer timer;
  double truth = 0;
  double sampled = 0;
  for (int i = 0; i < 2'000'000; ++i) {
    const double seconds = i % 20000 < 500 ? 1e-4 : 1e-6;
    truth += seconds;
    if (!timer.due()) continue;
    sampled += timer.weight() * seconds;
    timer.add(seconds);
  }
  EXPECT_NEAR(timer.scale() * sampled, truth, 0.1 * truth);
}

}  // namespace
}  // namespace trafficbench
