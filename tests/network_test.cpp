#include "drivers/measure/network.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "drivers/measure/network_limit.hpp"
#include "drivers/measure/network_report.hpp"
#include "kernels/registry.hpp"
#include "tests/thread_ranks.hpp"

namespace trafficbench {
namespace {

NetworkFigure figure(NetworkOperation operation, std::int64_t bytes, double microseconds, const char* exchange = "") {
  NetworkFigure made;
  made.operation = operation;
  made.ranks = operation == NetworkOperation::ping_pong ? 2 : 4;
  made.bytes = bytes;
  made.exchange = exchange;
  made.seconds = 1e-6 * microseconds;
  made.best = 0.5e-6 * microseconds;
  made.batches = 15;
  return made;
}

Network made_up_network() {
  return {figure(NetworkOperation::ping_pong, 8, 3),
          figure(NetworkOperation::neighbours, 8, 4, "nonblocking"),
          figure(NetworkOperation::neighbours, 1008, 14, "nonblocking"),
          figure(NetworkOperation::allreduce, 8, 10),
          figure(NetworkOperation::allreduce, 8008, 50),
          figure(NetworkOperation::barrier, 0, 7)};
}

Point point_on_four_ranks() {
  Point point;
  point.variant = find_variant("bitpacked");
  point.road_cells = 1'000'000;
  point.ranks = 4;
  return point;
}

TEST(Network, NextSmallerSizeBoundsWhatWasNotMeasured) {
  const Network network = made_up_network();
  const NetworkFigure like = figure(NetworkOperation::neighbours, 0, 0, "nonblocking");
  for (const auto& [bytes, of] : {std::pair(8, 8), {1007, 8}, {1008, 1008}, {1 << 20, 1008}}) {
    ASSERT_NE(figure_of(network, like, bytes), nullptr);
    EXPECT_EQ(figure_of(network, like, bytes)->bytes, of) << bytes;
  }
  EXPECT_EQ(figure_of(network, like, 7), nullptr);
  EXPECT_EQ(figure_of(network, figure(NetworkOperation::neighbours, 0, 0, "fence"), 8), nullptr);
}

TEST(Network, KeepsTheQuickestAndTheFirstMedian) {
  Network network = made_up_network();
  Network again = made_up_network();
  again[0].best = network[0].best / 2;
  again[1].best = 2 * network[1].best;
  again[2].seconds = network[2].seconds / 3;
  again[3].ranks = 7;
  take_in(network, again);
  Network expected = made_up_network();
  expected[0].best /= 2;
  expected.push_back(again[3]);
  EXPECT_EQ(to_json(network), to_json(expected));
}

TEST(Network, CostOfAnExchangeIsThatOfItsWays) {
  Point point = point_on_four_ranks();
  EXPECT_DOUBLE_EQ(cost_of_exchange(made_up_network(), point, 1), 14e-6);  // 4 and 10
  point.counting = CountingMode::sampled;
  EXPECT_DOUBLE_EQ(cost_of_exchange(made_up_network(), point, 1), 4e-6);
  EXPECT_EQ(cost_of_exchange(made_up_network(), point, 2), 0);  // those are other ranks
  EXPECT_EQ(cost_of_exchange({}, point, 1), 0);
}

TEST(Network, CostSetsTheDepthThatNobodyAskedFor) {
  Point point = point_on_four_ranks();
  const auto depth = [&](double seconds) {
    point.exchange_seconds = seconds;
    return Simulation::depth(setup_of(point), point.ranks);
  };
  const std::int64_t nominal = depth(0);
  EXPECT_GT(depth(64e-6), 2 * depth(1e-6));
  EXPECT_GT(nominal, depth(1e-6));
  point.depth = 5;
  EXPECT_EQ(depth(64e-6), 5);
}

/// Cells a second that are left of `kernel` where each iteration waits for so many microseconds.
double rate_of(double kernel, double cells, double microseconds) {
  return cells / (cells / kernel + 1e-6 * microseconds);
}

TEST(Network, LimitHoldsWhatRanksTellEachOther) {
  Point point = point_on_four_ranks();
  const Limit kernel{"operations", 1e12};  // 1 us an iteration
  const auto limit = [&] { return limit_with_network(kernel, made_up_network(), point, 1, 1).value(); };
  // The best of a ping-pong and of a sum: 1.5 and 5 us.
  EXPECT_NEAR(limit().cells_per_second / rate_of(1e12, 1e6, 6.5), 1, 1e-9);
  EXPECT_EQ(limit().name, exchange_limit_name(4, 1));
  point.counting = CountingMode::sampled;
  EXPECT_NEAR(limit().cells_per_second / rate_of(1e12, 1e6, 1.5), 1, 1e-9);
  // What is hidden costs the rest of it.
  point.overlap = Overlap::on;
  EXPECT_NEAR(limit().cells_per_second / rate_of(1e12, 1e6, 0.5), 1, 1e-9);
  EXPECT_EQ(limit().name, exchange_limit_name(4, 1));  // the kernel hides behind the edges
  point.road_cells = 2'000'000;
  EXPECT_NEAR(limit().cells_per_second, 1e12, 1);
  EXPECT_EQ(limit().name, "operations");
}

TEST(Network, LimitCountsASumInEachIterationWhereThereIsOne) {
  Point point = point_on_four_ranks();
  const Limit kernel{"operations", 1e12};
  const auto seconds = [&](const char* reduce) {
    for (const ReduceMethod& method : reduce_methods()) {
      if (method.name == reduce) point.reduce = &method;
    }
    return 1001e6 / limit_with_network(kernel, made_up_network(), point, 1, 1001)->cells_per_second;
  };
  const double edges = 1.5e-6;  // 128 bytes, by the one size of the ping-pong
  EXPECT_NEAR(seconds("exchange"), 1001e-6 + edges + 25e-6, 1e-9);
  EXPECT_NEAR(seconds("iteration"), 1001e-6 + edges + 1001 * 5e-6, 1e-9);
  EXPECT_NEAR(seconds("nonblocking"), 1001e-6 + edges, 1e-9);
}

TEST(Network, LimitStaysThatOfTheKernelWhereNothingIsKnown) {
  Point point = point_on_four_ranks();
  const Limit kernel{"operations", 1e12};
  EXPECT_EQ(limit_with_network(kernel, {}, point, 1, 1)->cells_per_second, 1e12);
  EXPECT_FALSE(limit_with_network(std::nullopt, {}, point, 1, 1));
  point.ranks = 1;
  EXPECT_EQ(limit_with_network(kernel, made_up_network(), point, 1, 1)->name, "operations");
}

TEST(Network, IsReadBackAsItWasWritten) {
  Network network = made_up_network();
  network.back().interval = Interval{6.5e-6, 7.25e-6};
  nlohmann::json limits = to_json(network);
  EXPECT_DOUBLE_EQ(limits.at(exchange_limit_name(4, 1)).at("value"), 7e-6);
  limits["clock"] = {{"value", 3e9}, {"unit", "Hz"}};
  limits["network/odd"] = {{"value", 1}, {"unit", "s"}, {"class", "network"}, {"operation", "smoke"}};
  limits["odd"] = {{"class", 1}};
  limits["twice"] = limits.at("network/barrier/ranks:4/nodes:1");
  const Network read = network_of(limits);
  ASSERT_EQ(read.size(), network.size());
  EXPECT_EQ(to_json(read), to_json(network));
}

TEST(Network, IsMeasuredOnAllRanksAlike) {
  for (const int ranks : {2, 3, 5}) {
    on_ranks(ranks, [&](Communicator& comm) {
      const ExchangeMethod* method = &exchange_methods().front();
      const NetworkPlan plan{
          .methods = {&method, 1}, .message_bytes = {8, 64}, .sum_bytes = {8}, .thorough = true, .seconds = 1e-3};
      Network network;
      add_network(comm, plan, network);
      ASSERT_EQ(network.size(), 6u);
      std::set<NetworkOperation> operations;
      for (const NetworkFigure& each : network) {
        operations.insert(each.operation);
        EXPECT_GT(each.best, 0);
        EXPECT_GE(each.seconds, each.best);
        EXPECT_EQ(each.seconds, comm.max_of(each.seconds));
      }
      EXPECT_EQ(operations.size(), 4u);
    });
  }
}

}  // namespace
}  // namespace trafficbench
