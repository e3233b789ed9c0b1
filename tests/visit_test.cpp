// Visits of a group of points, on ranks that are threads.
#include "drivers/measure/visit.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <new>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "drivers/base/wall_clock.hpp"
#include "drivers/road/start.hpp"
#include "drivers/road/verification.hpp"
#include "kernels/closed_form.hpp"
#include "kernels/packed_road.hpp"
#include "kernels/registry.hpp"
#include "tests/kept_binding.hpp"
#include "tests/made_up_point.hpp"
#include "tests/spoilt_segment.hpp"
#include "tests/thread_ranks.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

/// No repetition is too short.
const MeasuringOptions kQuick{.min_seconds = 0, .oversubscribe = true};
/// Every repetition is, at first.
const MeasuringOptions kLong{.min_seconds = 0.005, .oversubscribe = true};

struct Asked {
  int visits = 1;
  int rounds = 1;
  int first = 0;  ///< number of the first visit; others follow upon visits of another launch
  MeasuringOptions options = kQuick;
  Deadline deadline = {};
};

/// What came of it, as rank 0 was told.
struct Told {
  std::vector<std::string> problems;  ///< of trying out, one a member
  std::vector<WorkEnd> ends;          ///< one a visit
  std::vector<std::vector<Measurement>> visits;
  Group group;  ///< afterwards
};

/// What all ranks must know alike.
std::string common(const Group& group, WorkEnd end, const Cost& cost) {
  std::string text = fmt::format("{} {} {}", static_cast<int>(end), cost.preparation, cost.repetition);
  for (const Group::Member& member : group.members) {
    text += fmt::format(", {} x {}{}", member.length.steps, member.length.restarts, member.is_measured ? "" : " out");
  }
  return text;
}

/// Tries members out that have no length yet, then visits the group, as a sweep does. Asserts that all ranks agree.
Told visit(int ranks, const Group& asked_group, const Asked& asked) {
  Told told;
  std::mutex mutex;
  std::set<std::vector<std::string>> all_known;
  const KeptBinding kept;
  on_ranks(ranks, [&](Communicator& world) {
    std::set<RankSelection> selections;
    for (const Group::Member& member : asked_group.members) selections.insert(member.point.selection());
    const RankGroups ranks_of_members(world, selections);
    Group group = asked_group;
    SharedStates shared;
    std::vector<std::string> known;
    Told own;
    for (std::size_t i = 0; i < group.members.size(); ++i) {
      own.problems.emplace_back();
      if (group.members[i].length.steps != 0) continue;
      Cost cost;
      const WorkEnd end =
          try_out(world, ranks_of_members, group, i, asked.options, shared, asked.deadline, cost, own.problems.back());
      known.push_back(common(group, end, cost));
    }
    for (int number = asked.first; number < asked.first + asked.visits; ++number) {
      own.visits.emplace_back();
      own.ends.push_back(make_visit(world, ranks_of_members, group, asked.options, shared, number == 0, asked.rounds,
                                    number, asked.deadline, own.visits.back()));
      known.push_back(common(group, own.ends.back(), {}));
    }
    own.group = group;
    const std::lock_guard lock(mutex);
    all_known.insert(known);
    if (world.rank() == 0) told = own;
  });
  EXPECT_EQ(all_known.size(), 1u) << "ranks do not agree";
  return told;
}

Group group_of(std::initializer_list<const char*> kernels, int ranks = 1) {
  Group group;
  for (const char* kernel : kernels) group.members.push_back({.point = made_up_point(kernel, ranks), .length = {}});
  return group;
}

/// Its repetitions are a bare start, much shorter than kLong wants them.
Group too_short(const char* kernel, std::int64_t steps) {
  Group group = group_of({kernel});
  group.members[0].point.steps = steps;
  group.members[0].length = {.steps = 20, .restarts = 1};
  return group;
}

TEST(Visit, HoldsARepetitionOfEveryMemberInEachRound) {
  const Group group = group_of({"naive", "bitpacked", "leap"}, 2);
  const Told told = visit(2, group, {.visits = 2, .rounds = 7});
  ASSERT_EQ(told.visits.size(), 2u);
  for (const std::vector<Measurement>& results : told.visits) {
    ASSERT_EQ(results.size(), 3u);
    for (std::size_t i = 0; i < results.size(); ++i) {
      const Trying trying({{"kernel", group.members[i].point.variant->name}});
      const Measurement& result = results[i];
      EXPECT_EQ(result.problem, "");
      EXPECT_EQ(result.length, (RepetitionLength{20, 1}));
      EXPECT_EQ(result.samples.size(), 7u);
      EXPECT_EQ(result.cpu_seconds.size(), 7u);
      EXPECT_EQ(result.rank_seconds.size(), 7u);
      EXPECT_TRUE(result.clock_hz.empty() || result.clock_hz.size() == 7u);
      EXPECT_EQ(result.placement.size(), 2u);
      ASSERT_TRUE(result.shares);
      const Shares& shares = *result.shares;
      for (const double share : {shares.compute, shares.exchange, shares.reduction, shares.waiting}) {
        EXPECT_GE(share, 0);
      }
      EXPECT_LE(shares.compute + shares.exchange + shares.reduction + shares.waiting, 1 + 1e-9);
      EXPECT_GT(shares.compute, 0);
    }
  }
}

TEST(Visit, LengthensRepetitionsThatAreTooShortIfItIsTheFirst) {
  const Told told = visit(1, too_short("bitpacked", 0), {.visits = 2, .rounds = 2, .options = kLong});
  const RepetitionLength length = told.group.members[0].length;
  EXPECT_GT(length.steps, 20);
  EXPECT_EQ(length.restarts, 1);
  for (const std::vector<Measurement>& results : told.visits) {
    EXPECT_EQ(results[0].length, length);
    EXPECT_EQ(results[0].samples.size(), 2u) << "those that were too short count";
  }
}

TEST(Visit, SumsRestartsOfARunThatIsFixedUntilTheyLast) {
  for (const char* kernel : {"bitpacked", "naive"}) {
    const Trying trying({{"kernel", kernel}});
    // Of naive the iterations are fixed even if nobody asks for a number.
    const std::int64_t steps = std::string_view(kernel) == "naive" ? 0 : 20;
    const Told told = visit(1, too_short(kernel, steps), {.rounds = 2, .options = kLong});
    const Measurement& result = told.visits[0][0];
    EXPECT_EQ(result.problem, "");
    EXPECT_EQ(result.length, told.group.members[0].length);
    EXPECT_EQ(result.length.steps, 20);
    EXPECT_GT(result.length.restarts, 1);
    EXPECT_EQ(result.length.timed_steps(), 20 * result.length.restarts);
  }
}

TEST(Visit, KeepsLengthsIfItIsALaterOne) {
  for (const std::int64_t steps : {0, 20}) {
    const Trying trying({{"steps", steps}});
    const Told told = visit(1, too_short("bitpacked", steps), {.first = 1, .options = kLong});
    EXPECT_EQ(told.group.members[0].length, (RepetitionLength{20, 1}));
    EXPECT_TRUE(told.visits[0][0].warnings.contains(Warning::short_repetition));
  }
}

TEST(Visit, HoldsTheCoursesIterationsOfNaiveOnEveryShape) {
  Group group;
  for (const char* kernel : {"naive", "naive-native"}) {
    if (find_variant(kernel) == nullptr) continue;
    for (const int ranks : {1, 2}) {
      for (const int threads : {1, 2}) {
        group.members.push_back({.point = made_up_point(kernel, ranks, threads), .length = {}});
        group.members.back().point.steps = 0;
      }
    }
  }
  const Told told = visit(2, group, {.options = {.min_seconds = 0.001, .oversubscribe = true}});
  for (const Measurement& result : told.visits[0]) {
    EXPECT_EQ(result.problem, "");
    EXPECT_EQ(result.length.steps, 100);
  }
}

TEST(Visit, MeasuresAMemberThatFailedNoMoreAndTheOthersOn) {
  const Variant spoilt = spoilt_bitpacked();
  Group group = group_of({"naive", "bitpacked", "tiled"});
  group.members[1].point.variant = &spoilt;
  spoilt_cells() = {500};
  const Told told = visit(1, group, {.visits = 2, .rounds = 3});
  spoilt_cells() = {};
  EXPECT_EQ(told.visits[0][1].samples.size(), 1u);
  EXPECT_NE(told.visits[0][1].problem, "");
  EXPECT_FALSE(told.group.members[1].is_measured);
  EXPECT_TRUE(told.visits[1][1].samples.empty());
  for (const std::vector<Measurement>& results : told.visits) {
    for (const std::size_t i : {std::size_t{0}, std::size_t{2}}) {
      EXPECT_EQ(results[i].problem, "");
      EXPECT_EQ(results[i].samples.size(), 3u);
    }
  }
}

TEST(Visit, IsNotBegunAfterTheDeadline) {
  Group group = group_of({"naive"});
  const Deadline past{wall_seconds() - 1};
  Told told = visit(2, group, {.deadline = past});
  EXPECT_EQ(told.ends, std::vector{WorkEnd::out_of_time});
  EXPECT_TRUE(told.visits[0].empty());
  EXPECT_EQ(told.group.members[0].length, RepetitionLength{}) << "it was tried out";
}

double waits_until = 0;

/// Repetitions of more than 20 iterations end after the deadline.
class Waiting final : public WrappedSegment {
 public:
  using WrappedSegment::WrappedSegment;
  void load(const CellSource& source, std::int64_t first) override {
    WrappedSegment::load(source, first);
    made_ = 0;
  }
  void advance(std::int64_t k, std::span<MoveCount> moves) override {
    WrappedSegment::advance(k, moves);
    made_ += k;
    while (made_ > 20 && wall_seconds() < waits_until) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }

 private:
  std::int64_t made_ = 0;
};

TEST(Visit, ThatIsCutShortLeavesTheGroupAsItWas) {
  Variant waiting = *find_variant("bitpacked");
  waiting.make = [](const SegmentShape& shape) -> std::unique_ptr<Segment> {
    return std::make_unique<Waiting>(find_variant("bitpacked")->make(shape));
  };
  const Variant spoilt = spoilt_bitpacked();
  Group group = too_short("bitpacked", 0);
  group.members[0].point.variant = &waiting;
  group.members.push_back(too_short("bitpacked", 20).members[0]);
  group.members[1].point.variant = &spoilt;
  spoilt_cells() = {500};
  waits_until = wall_seconds() + 0.5;
  const Told told = visit(1, group, {.rounds = 3, .options = kLong, .deadline = {waits_until}});
  spoilt_cells() = {};
  EXPECT_EQ(told.ends, std::vector{WorkEnd::out_of_time});
  EXPECT_TRUE(told.visits[0].empty());
  for (const Group::Member& member : told.group.members) {
    EXPECT_EQ(member.length, (RepetitionLength{20, 1}));
    EXPECT_TRUE(member.is_measured);
  }
}

TEST(TryOut, TellsWhyAMemberCannotBeMadeAndLeavesItOut) {
  Variant large = *find_variant("bitpacked");
  large.make = [](const SegmentShape& /*shape*/) -> std::unique_ptr<Segment> { throw std::bad_alloc(); };
  Group group = group_of({"bitpacked", "naive"}, 2);
  group.members[0].point.variant = &large;
  const Told told = visit(2, group, {});
  EXPECT_EQ(told.problems, (std::vector<std::string>{"out of memory", ""}));
  EXPECT_FALSE(told.group.members[0].is_measured);
  EXPECT_TRUE(told.visits[0][0].samples.empty());
  EXPECT_EQ(told.visits[0][1].samples.size(), 1u);
}

TEST(TryOut, FindsLengthsThatLast) {
  Group group = group_of({"bitpacked", "tiled", "bitpacked", "naive"});
  group.members[0].point.steps = group.members[1].point.steps = 0;
  const Told told = visit(1, group, {.visits = 0, .options = kLong});
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    EXPECT_GT(told.group.members[i].length.steps, 20);
    EXPECT_EQ(told.group.members[i].length.restarts, 1);
  }
  for (const std::size_t i : {std::size_t{2}, std::size_t{3}}) {
    EXPECT_EQ(told.group.members[i].length.steps, 20);
    EXPECT_GT(told.group.members[i].length.restarts, 1);
  }
}

// Roads that are verified by windows, and roads that go on instead of being restarted.

const MeasuringOptions kWindows{.min_seconds = 0, .verification = Verification::windows, .oversubscribe = true};

TEST(Visit, GoesOnWithARoadThatCannotBeRestartedAndVerifiesItByWindows) {
  for (const char* kernel : {"bitpacked", "tiled", "leap"}) {
    for (const int ranks : {1, 3}) {
      for (const std::int64_t steps : {20, 0}) {
        // However many iterations a closed form jumps over, it takes no longer: nobody lets it choose.
        if (steps == 0 && std::string_view(kernel) == "leap") continue;
        const Trying trying({{"kernel", kernel}, {"ranks", ranks}, {"steps", steps}});
        Group group;
        group.members.push_back({.point = made_up_point(kernel, ranks, 1, 10'000), .restarted = false, .length = {}});
        group.members[0].point.steps = steps;
        MeasuringOptions options = kLong;
        options.min_seconds = 0.001;
        // Asked for or not: the hash of a road that goes on is not worked out.
        options.verification = ranks == 1 ? Verification::full : Verification::automatic;
        const Told told = visit(ranks, group, {.visits = 2, .rounds = 3, .options = options});
        for (const std::vector<Measurement>& results : told.visits) {
          const Measurement& result = results[0];
          EXPECT_EQ(result.problem, "");
          EXPECT_EQ(result.samples.size(), 3u);
          EXPECT_FALSE(result.restarted);
          EXPECT_FALSE(result.full);
          EXPECT_EQ(result.length, told.group.members[0].length);
          EXPECT_EQ(result.length.restarts, 1);
        }
      }
    }
  }
}

/// Cells of a road of one rank that no window holds after any of these numbers of iterations, and that hold a car after
/// the last.
std::int64_t unseen_car(const Point& point, const std::vector<std::int64_t>& seen_after) {
  const Block road{0, point.road_cells};
  const auto start = make_start(point.start, road.cells);
  const std::int64_t cars = PackedRoad(*start, 0, road.cells).cars();
  PackedRoad end(road.cells);
  ClosedForm(*start, cars, seen_after.back()).state(0, road.cells, end.words());
  for (std::int64_t cell = 0; cell < road.cells; ++cell) {
    bool seen = !end.car(cell);
    for (const std::int64_t iterations : seen_after) {
      for (const Block& window : windows_of({&road, 1}, iterations, 0)) {
        seen = seen || (window.first <= cell && cell < window.first + window.cells);
      }
    }
    if (!seen) return cell;
  }
  ADD_FAILURE() << "the windows hold all";
  return 0;
}

TEST(Visit, MissesACarThatIsLostOutsideEveryWindow) {
  const Variant spoilt = spoilt_bitpacked();
  struct Case {
    bool restarted;
    bool keep_roads;
    std::size_t repetitions;               // that are made before the cars are counted
    std::vector<std::int64_t> seen_after;  // a road that goes on was warmed up for a tenth of a repetition
  };
  for (const Case& tried :
       {Case{true, true, 3, {20}}, Case{false, true, 3, {22, 42, 62}}, Case{true, false, 1, {20}}}) {
    const Trying trying({{"restarted", tried.restarted}, {"keep_roads", tried.keep_roads}});
    Group group;
    group.keep_roads = tried.keep_roads;
    group.members.push_back(
        {.point = made_up_point("bitpacked", 1, 1, 300'000), .restarted = tried.restarted, .length = {}});
    // A road that is alone is always kept.
    if (!tried.keep_roads) group.members.push_back({.point = made_up_point("naive"), .length = {}});
    Point& point = group.members[0].point;
    const std::int64_t car = unseen_car(point, tried.seen_after);
    const std::int64_t cars = visit(1, group, {.options = kWindows}).visits[0][0].cars;
    point.variant = &spoilt;
    spoilt_cells() = {car};
    const Told told = visit(1, group, {.visits = 2, .rounds = 3, .options = kWindows});
    spoilt_cells() = {};
    const Measurement& result = told.visits[0][0];
    EXPECT_EQ(result.samples.size(), tried.repetitions);
    EXPECT_EQ(result.problem, "the road ends with " + std::to_string(cars - 1) + " cars, not " + std::to_string(cars));
    EXPECT_EQ(result.restarted, tried.restarted);
    EXPECT_FALSE(result.full);
    EXPECT_FALSE(told.group.members[0].is_measured);
    EXPECT_TRUE(told.visits[1][0].samples.empty());
  }
}

TEST(Visit, EndsAMemberAtTheFirstWrongCellInAWindowOfAnyRank) {
  const Variant spoilt = spoilt_bitpacked();
  for (const bool restarted : {true, false}) {
    for (const std::int64_t cell : {0, 5'000, 9'999}) {
      const Trying trying({{"restarted", restarted}, {"cell", cell}});
      Group group;
      group.members.push_back(
          {.point = made_up_point("bitpacked", 3, 1, 10'000), .restarted = restarted, .length = {}});
      group.members[0].point.variant = &spoilt;
      spoilt_cells() = {cell};
      const Measurement result = visit(3, group, {.rounds = 4, .options = kWindows}).visits[0][0];
      spoilt_cells() = {};
      EXPECT_NE(result.problem.find("differ from the closed form"), std::string::npos) << result.problem;
      EXPECT_EQ(result.samples.size(), 1u);
    }
  }
}

}  // namespace
}  // namespace trafficbench
