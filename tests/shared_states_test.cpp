// What the points of a group share, where they have unlike numbers of ranks.
#include <gtest/gtest.h>

#include <memory>

#include "drivers/measure/point_timer.hpp"
#include "drivers/ranks/rank_groups.hpp"
#include "kernels/registry.hpp"
#include "tests/kept_binding.hpp"
#include "tests/thread_ranks.hpp"

namespace trafficbench {
namespace {

// Where one rank knows what the road must end in, and another does not, both work it out: else one would wait for ever.
TEST(SharedStates, WhatOneRankKnowsOfARoadDoesNotKeepItFromWorkingItOutWithOthers) {
  constexpr RepetitionLength kLength{.steps = 20, .restarts = 1};
  const KeptBinding kept;
  on_ranks(2, [&](Communicator& world) {
    const RankGroups ranks(world, {{1}, {2}});
    SharedStates shared;
    for (const int count : {1, 2}) {
      Communicator* comm = ranks.of({count});
      if (comm == nullptr) continue;
      Point point;
      point.variant = find_variant("bitsliced");
      point.road_cells = 1000;
      point.ranks = count;
      PointTimer timer(*comm, point, {.oversubscribe = true}, {}, shared);
      ASSERT_TRUE(timer.prepare());
      timer.set_length(kLength);
      timer.repeat();
      EXPECT_EQ(timer.finish().problem, "");
    }
  });
}

}  // namespace
}  // namespace trafficbench
