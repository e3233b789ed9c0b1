#include "drivers/measure/energy_run.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/made_up_meters.hpp"
#include "tests/made_up_point.hpp"
#include "tests/spoilt_segment.hpp"
#include "tests/thread_ranks.hpp"

namespace trafficbench {
namespace {

TEST(WhyNotAlone, IsWhereOthersHadMoreThanATwentiethOfANode) {
  // 4 CPUs, 5 s.
  const NodeAtWork node{.host = "a", .busy = 9, .own = 8, .seconds = 5, .cpus = 4};
  EXPECT_EQ(why_not_alone(node), "");
  NodeAtWork busy = node;
  busy.busy = 9.4;
  EXPECT_EQ(why_not_alone(busy), "other programs were busy on a: 7% of its CPU time");
  // A system counts in ticks, and may come to less than this program took.
  busy.busy = 7.9;
  EXPECT_EQ(why_not_alone(busy), "");
}

/// What rank 0 is told of a short run of a point on so many ranks, beside a meter that stands still.
EnergyOutcome outcome_of(const Point& point, bool restarted = true) {
  const MadeUpMeters system;
  system.cray("7 J 1000000 us\n");
  system.write("proc/stat", "cpu 0 0 0 0 0 0 0 0\ncpu0 0\n");
  EnergyOutcome outcome;
  on_ranks(3, [&](Communicator& world) {
    Group::Member member;
    member.point = point;
    member.length = {point.steps == 0 ? 30 : point.steps, 2};
    member.restarted = restarted;
    const RankGroups groups(world, {member.point.selection()});
    SharedStates shared;
    EnergyOutcome own;
    EXPECT_EQ(make_energy_run(world, groups, member, MeasuringOptions{.min_seconds = 1e-6, .oversubscribe = true},
                              shared, {.seconds = 0.05, .root = system.root()}, Deadline{}, own),
              WorkEnd::done);
    if (world.rank() == 0) outcome = own;
  });
  return outcome;
}

TEST(EnergyRun, IsVerifiedAndSaysWhyItHasNoJoules) {
  for (const char* kernel : {"naive", "bitsliced", "leap"}) {
    for (const int ranks : {1, 2, 3}) {
      for (const std::int64_t steps : {std::int64_t{0}, std::int64_t{20}}) {
        SCOPED_TRACE(std::string(kernel) + " on " + std::to_string(ranks) + ", steps " + std::to_string(steps));
        Point point = made_up_point(kernel, ranks);
        point.steps = steps;
        const EnergyOutcome outcome = outcome_of(point);
        EXPECT_EQ(outcome.problem, "");
        EXPECT_NE(outcome.why_not.find("changed less than twice"), std::string::npos) << outcome.why_not;
        EXPECT_GT(outcome.run.steps, 0);
        EXPECT_GT(outcome.run.seconds, 0);
      }
    }
  }
}

TEST(EnergyRun, OfARoadThatGoesOnIsVerifiedByWindows) {
  const EnergyOutcome outcome = outcome_of(made_up_point("bitsliced", 2), false);
  EXPECT_EQ(outcome.problem, "");
  EXPECT_GT(outcome.run.steps, 20);
}

TEST(EnergyRun, ThatEndsInAWrongStateIsFound) {
  const Variant spoilt = spoilt_bitpacked();
  Point point = made_up_point("bitpacked", 2);
  point.variant = &spoilt;
  EXPECT_EQ(outcome_of(point).problem, "");
  spoilt_cells() = {5};
  for (const std::int64_t steps : {std::int64_t{0}, std::int64_t{20}}) {
    point.steps = steps;
    EXPECT_NE(outcome_of(point).problem, "") << steps;
  }
  EXPECT_NE(outcome_of(point, false).problem, "") << "by windows";
  spoilt_cells().clear();
}

}  // namespace
}  // namespace trafficbench
