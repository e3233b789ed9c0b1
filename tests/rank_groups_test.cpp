// Which ranks of a launch take part.
#include "drivers/ranks/rank_groups.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/thread_ranks.hpp"

namespace trafficbench {
namespace {

using Set = std::set<int>;

Set selected(const std::vector<int>& node_of, int ranks, int per_node) {
  const SelectedRanks found = selected_ranks(node_of, {ranks, per_node});
  EXPECT_EQ(found.why_not, "");
  return found.ranks;
}

std::string why_not(const std::vector<int>& node_of, int ranks, int per_node) {
  const SelectedRanks found = selected_ranks(node_of, {ranks, per_node});
  EXPECT_EQ(found.ranks, Set());
  return found.why_not;
}

// Four ranks on each of three nodes, one node after the other; and dealt out in turn.
const std::vector<int> kBlocks{0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8};
const std::vector<int> kInTurn{0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2};

TEST(SelectedRanks, AreTheFirstOnesIfNothingIsSaid) {
  EXPECT_EQ(selected(kBlocks, 5, 0), (Set{0, 1, 2, 3, 4}));
  EXPECT_EQ(selected(kInTurn, 5, 0), (Set{0, 1, 2, 3, 4}));
}

TEST(SelectedRanks, AreTheFirstOfEachNodeUntilThereAreEnough) {
  EXPECT_EQ(selected(kBlocks, 3, 1), (Set{0, 4, 8}));
  EXPECT_EQ(selected(kBlocks, 4, 2), (Set{0, 1, 4, 5}));
  EXPECT_EQ(selected(kBlocks, 5, 2), (Set{0, 1, 4, 5, 8}));
  EXPECT_EQ(selected(kInTurn, 3, 1), (Set{0, 1, 2}));
  EXPECT_EQ(selected(kInTurn, 4, 2), (Set{0, 1, 3, 4}));
  EXPECT_EQ(selected(kInTurn, 12, 4).size(), 12u);
  EXPECT_EQ(selected(kBlocks, 1, 3), Set{0});
}

TEST(SelectedRanks, AreNoneWhereNodesOrTheirRanksAreTooFew) {
  EXPECT_EQ(why_not(kBlocks, 4, 1), "ranks-per-node 1: 4 ranks take 4 nodes, and this launch has 3");
  EXPECT_EQ(why_not(kBlocks, 12, 5), "ranks-per-node 5: a node of this launch has 4 ranks");
  EXPECT_EQ(why_not({0, 1, 1}, 4, 2), "ranks-per-node 2: a node of this launch has 1 rank");
}

TEST(RankGroups, MakeACommunicatorOfTheSelectedRanks) {
  on_ranks(3, [](Communicator& world) {
    const RankGroups groups(world, {{1}, {2}, {3}, {2, 2}, {3, 2}});
    for (const int ranks : {1, 2}) {
      Communicator* const comm = groups.of({ranks});
      ASSERT_EQ(comm != nullptr, world.rank() < ranks);
      if (comm == nullptr) continue;
      EXPECT_EQ(comm->rank(), world.rank());
      EXPECT_EQ(comm->size(), ranks);
      EXPECT_EQ(comm->sum_of(1), ranks);
    }
    EXPECT_EQ(groups.of({3}), &world);
    EXPECT_EQ(groups.of({2, 2}) != nullptr, world.rank() < 2);
    EXPECT_EQ(groups.of({3, 2}), nullptr);
    EXPECT_EQ(groups.why_not({3, 2}), "ranks-per-node 2: 3 ranks take 2 nodes, and this launch has 1");
    EXPECT_EQ(groups.why_not({3}), "");
  });
}

TEST(Communicator, OfAPartHasItsRanksInTheirOrder) {
  on_ranks(4, [](Communicator& world) {
    const auto part = world.part(world.rank() != 1);
    ASSERT_EQ(part != nullptr, world.rank() != 1);
    if (part) {
      EXPECT_EQ(part->rank(), world.rank() == 0 ? 0 : world.rank() - 1);
      EXPECT_EQ(part->size(), 3);
    }
  });
}

}  // namespace
}  // namespace trafficbench
