#include "drivers/measure/disturbance.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/thread_ranks.hpp"

namespace trafficbench {
namespace {

TEST(Disturbance, HasAnEntryForTheNodeOfAllRanksOnRank0) {
  on_ranks(3, [](Communicator& world) {
    DisturbanceWatch watch(world);
    const std::vector<NodeDisturbance> nodes = watch.finish();
    ASSERT_EQ(nodes.size(), world.rank() == 0 ? 1u : 0u);
    if (world.rank() != 0) return;
    EXPECT_FALSE(nodes[0].host.empty());
    EXPECT_GE(nodes[0].involuntary_switches, 0);
    // Not every system tells of it.
    EXPECT_GE(nodes[0].steal_seconds.value_or(0), 0);
    EXPECT_TRUE(std::isfinite(nodes[0].reference_hz) && nodes[0].reference_hz > 0);
  });
}

}  // namespace
}  // namespace trafficbench
