#include "drivers/machine/whole_nodes.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "drivers/machine/cpu_times.hpp"
#include "tests/made_up_meters.hpp"
#include "tests/thread_ranks.hpp"

namespace trafficbench {
namespace {

using Shares = std::vector<ShareOfNode>;

TEST(WholeNodes, AreThoseOfWhichAllCoresMayBeUsedByTheRanksTogether) {
  EXPECT_EQ(why_not_whole_nodes(Shares{{"a", {0, 1, 2, 3}, 4, 0}}), "");
  EXPECT_EQ(why_not_whole_nodes(Shares{{"a", {0, 1}, 4, 0}, {"a", {2, 3}, 4, 0}, {"b", {0, 2}, 2, 0}}), "");
  EXPECT_EQ(why_not_whole_nodes(Shares{{"a", {0, 1}, 4, 0}, {"a", {1, 2}, 4, 0}}),
            "this launch may use 3 of the 4 cores of a");
  EXPECT_EQ(why_not_whole_nodes(Shares{{"a", {0, 1}, 2, 0}, {"b", {1}, 2, 0}}),
            "this launch may use 1 of the 2 cores of b");
}

TEST(WholeNodes, HaveNoQuotaBelowTheirCores) {
  EXPECT_EQ(why_not_whole_nodes(Shares{{"a", {0, 1}, 2, 2}}), "");
  EXPECT_EQ(why_not_whole_nodes(Shares{{"a", {0, 1}, 2, 8}, {"a", {0, 1}, 2, 1.5}}),
            "a CPU quota leaves this launch 1.5 of the 2 cores of a");
}

TEST(WholeNodes, AreAskedForByAllRanksAlike) {
  const MadeUpMeters system;
  system.write("proc/self/cgroup", "0::/job\n");
  system.write("sys/fs/cgroup/job/cpu.max", "50000 100000\n");
  std::vector<std::string> said(3);
  on_ranks(3, [&](Communicator& comm) {
    said[static_cast<std::size_t>(comm.rank())] = why_not_whole_nodes(comm, system.root());
  });
  EXPECT_NE(said[0], "");
  EXPECT_EQ(said[1], said[0]);
  EXPECT_EQ(said[2], said[0]);
}

TEST(CpuTimes, AreThoseOfAllCpusTogether) {
  const MadeUpMeters system;
  EXPECT_FALSE(cpu_times(system.root()));
  system.write("proc/stat", "cpu  100 200 300 5000 600 10 20 70 40 0\ncpu0 1 2\ncpu1 1 2\nintr 5\ncpus 3\n");
  const auto times = cpu_times(system.root());
  ASSERT_TRUE(times);
  const double tick = times->steal / 70;
  EXPECT_DOUBLE_EQ(times->busy, 700 * tick);
  EXPECT_EQ(times->cpus, 2);
  for (const char* text : {"", "cpu", "cpu 1 2 3", "intr 1 2 3 4 5 6 7 8 9", "cpu0 1 2 3 4 5 6 7 8"}) {
    system.write("proc/stat", text);
    EXPECT_FALSE(cpu_times(system.root())) << text;
  }
}

TEST(CpuTimes, AreKnownHere) {
  const auto times = cpu_times();
  ASSERT_TRUE(times);
  EXPECT_GT(times->busy, 0);
  EXPECT_GT(times->cpus, 0);
}

}  // namespace
}  // namespace trafficbench
