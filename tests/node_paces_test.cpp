#include "drivers/measure/node_paces.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "tests/made_up_point.hpp"

namespace trafficbench {
namespace {

constexpr std::int64_t kCells = 10'000'000;

/// What rank 0 has gathered of a point: the host of each rank, and each rank's seconds in the kernel, by repetition.
Measurement gathered(const std::vector<std::string>& hosts, const std::vector<std::vector<double>>& seconds) {
  Measurement measurement;
  for (std::size_t rank = 0; rank < hosts.size(); ++rank) {
    for (int thread = 0; thread < 2; ++thread) {
      measurement.placement.push_back({.rank = static_cast<int>(rank), .thread = thread, .host = hosts[rank]});
    }
  }
  measurement.rank_kernel_seconds = seconds;
  return measurement;
}

Point point_of(const std::vector<std::string>& hosts, const char* kernel = "tiled", std::int64_t cells = kCells) {
  return made_up_point(kernel, static_cast<int>(hosts.size()), 2, cells);
}

/// Of a visit of one point.
std::vector<NodePace> paces_of(const std::vector<std::string>& hosts, const std::vector<std::vector<double>>& seconds) {
  NodePaces paces;
  paces.add(point_of(hosts), gathered(hosts, seconds));
  return paces.paces();
}

void expect_ratios(const std::vector<NodePace>& paces, const std::vector<double>& ratios) {
  ASSERT_EQ(paces.size(), ratios.size());
  for (std::size_t i = 0; i < ratios.size(); ++i) EXPECT_NEAR(paces[i].ratio, ratios[i], 1e-12) << paces[i].host;
}

TEST(NodePaces, FindANodeThatIsSlowerThanThreeOthers) {
  // Two ranks on each; repetitions of unlike lengths count alike.
  const std::vector<NodePace> paces = paces_of({"a", "a", "b", "b", "c", "c", "d", "d"},
                                               {{1, 1, 1, 1, 1.08, 1.08, 1, 1}, {7, 7, 7, 7, 7.56, 7.56, 7, 7}});
  expect_ratios(paces, {1, 1, 1.08, 1});
  for (const NodePace& pace : paces) EXPECT_EQ(pace.ranks, 2) << pace.host;
  EXPECT_EQ(paces[2].host, "c");
}

TEST(NodePaces, AreAllOneWhereNodesTie) { expect_ratios(paces_of({"a", "b", "c"}, {{2, 2, 2}, {3, 3, 3}}), {1, 1, 1}); }

TEST(NodePaces, OfTwoNodesLieRoundTheirMean) { expect_ratios(paces_of({"b", "a"}, {{0.9, 1.1}}), {1.1, 0.9}); }

TEST(NodePaces, TakeTheMedianRankOfEachNodeAndEachNodeOnce) {
  // Dealt out in turns, five ranks on a, one on b, two on c. One late rank is not its node; nor do five ranks outvote.
  const std::vector<NodePace> paces =
      paces_of({"a", "b", "a", "c", "a", "c", "a", "a"}, {{2, 1, 2, 1.5, 9, 1.7, 2, 2}});
  expect_ratios(paces, {2 / 1.6, 1 / 1.6, 1});
  EXPECT_EQ(paces[0].ranks, 5);
  EXPECT_EQ(paces[1].ranks, 1);
}

TEST(NodePaces, TakeTheMedianOverAllRepetitionsOfTheVisit) {
  const std::vector<std::string> hosts{"a", "b", "c"};
  NodePaces paces;
  paces.add(point_of(hosts), gathered(hosts, {{1, 1, 1}, {1, 1, 5}}));
  paces.add(point_of(hosts, "naive"), gathered(hosts, {{10, 10, 11}}));
  expect_ratios(paces.paces(), {1, 1, 1.1});
}

TEST(NodePaces, CompareThoseNodesAloneThatAPointIsOn) {
  const std::vector<std::string> all{"a", "b", "c", "d"};
  const std::vector<std::string> half{"a", "a", "b"};
  NodePaces paces;
  paces.add(point_of(half), gathered(half, {{1, 1, 1}}));
  paces.add(point_of(all), gathered(all, {{1, 1, 1, 2}}));
  expect_ratios(paces.paces(), {1, 1, 1, 2});
  EXPECT_EQ(paces.paces()[0].ranks, 2) << "the most of all points";
}

TEST(NodePaces, PassOverRepetitionsInWhichATimeIsMissing) {
  expect_ratios(paces_of({"a", "b", "c"}, {{1, 1, 0}, {1, 1}, {1, 1, NAN}, {1, 1, 1.2}}), {1, 1, 1.2});
  EXPECT_TRUE(paces_of({"a", "b"}, {{1, 0}}).empty());
  EXPECT_TRUE(paces_of({"a", "b"}, {}).empty());
}

TEST(NodePaces, SayNothingOfOneNode) { EXPECT_TRUE(paces_of({"a", "a"}, {{1, 2}}).empty()); }

TEST(NodePaces, LeaveOutPointsThatDoNotTellNodesApart) {
  const std::vector<std::string> hosts{"a", "b"};
  const Measurement good = gathered(hosts, {{1, 2}});
  const auto is_left_out = [&](const Point& point, const Measurement& measurement) {
    NodePaces paces;
    paces.add(point, measurement);
    return paces.paces().empty();
  };
  EXPECT_FALSE(is_left_out(point_of(hosts), good));
  EXPECT_TRUE(is_left_out(point_of(hosts, "leap"), good)) << "a closed form has no iterations";
  EXPECT_TRUE(is_left_out(point_of(hosts, "tiled", 1000), good)) << "one word more would be seen";
  Measurement wrong = good;
  wrong.problem = "the hash differs";
  EXPECT_TRUE(is_left_out(point_of(hosts), wrong));
  for (const Warning warning : {Warning::short_repetition, Warning::shared_core, Warning::oversubscribed}) {
    Measurement warned = good;
    warned.warnings.insert(warning);
    EXPECT_TRUE(is_left_out(point_of(hosts), warned)) << name_of(warning);
  }
}

}  // namespace
}  // namespace trafficbench
