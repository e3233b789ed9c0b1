// The regions that the program names to profilers: built for each of those in tests/profilers/, and for none.
#include "drivers/road/regions.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#ifdef TRAFFICBENCH_REGIONS_LIKWID
#include "drivers/road/simulation.hpp"
#include "drivers/road/verification.hpp"
#include "kernels/registry.hpp"
#include "kernels/start_state.hpp"
#include "tests/thread_ranks.hpp"
#endif

namespace trafficbench {
namespace {

#if defined(TRAFFICBENCH_REGIONS_LIKWID) || defined(TRAFFICBENCH_REGIONS_SCOREP) || \
    defined(TRAFFICBENCH_REGIONS_CRAYPAT)
using Events = std::vector<std::string>;

Events take_events() { return std::exchange(profiler_events.all, {}); }

TEST(Regions, LieInEachOther) {
  take_events();
  {
    const Region outer(Region::kExchange);
    const Region inner(Region::kAdvance);
    const Region last(Region::kReduce);
  }
  { const Region again(Region::kVerify); }
  EXPECT_EQ(take_events(), (Events{"begin exchange", "begin advance", "begin reduce", "end reduce", "end advance",
                                   "end exchange", "begin verify", "end verify"}));
}

TEST(Regions, OfAProcessBeginAndEndWhereTheProfilerAsksForIt) {
  take_events();
  { const Regions regions; }
#ifdef TRAFFICBENCH_REGIONS_LIKWID
  EXPECT_EQ(take_events(), (Events{"init", "close"}));
#else
  EXPECT_EQ(take_events(), Events{});
#endif
}
#else
TEST(Regions, AreNothingWithoutAProfiler) {
  static_assert(std::is_empty_v<Region> && std::is_trivially_destructible_v<Region>);
  static_assert(std::is_empty_v<Regions> && std::is_trivially_destructible_v<Regions>);
}
#endif

#ifdef TRAFFICBENCH_REGIONS_LIKWID
TEST(Regions, AreThoseOfARunOnEachThread) {
  constexpr int kSteps = 3;
  const auto start = philox_start(1000, 0.5, 7);
  const auto world = world_of_one();
  for (const int threads : {1, 2}) {
    take_events();
    SimulationSetup setup;
    setup.variant = find_variant("branchless");
    setup.cells = 1000;
    setup.threads = threads;
    setup.depth = 1;
    Simulation simulation(*world, setup);
    simulation.load(*start);
    const MovesMade made = simulation.advance(kSteps);
    EXPECT_EQ(verify(simulation, made, setup.counting, expect(*world, *start, kSteps, 1)), "");
    const Events events = take_events();
    const auto count = [&](const std::string& event) { return std::ranges::count(events, event); };
    EXPECT_EQ(count("begin advance"), kSteps * threads);
    EXPECT_EQ(count("begin exchange"), kSteps);
    EXPECT_GE(count("begin reduce"), kSteps);
    EXPECT_EQ(count("begin verify"), 2);  // what must come out, and whether it has
    for (const std::string name : {"advance", "exchange", "reduce", "verify"}) {
      EXPECT_EQ(count("begin " + name), count("end " + name)) << name;
    }
  }
}
#endif

}  // namespace
}  // namespace trafficbench
