// The scaling model: kernel times out of rows, messages by formula, and that modelled segments see what a simulation
// does.
#include "drivers/projection/analytic.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <cmath>
#include <mutex>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/json.hpp"
#include "drivers/projection/modelled_segment.hpp"
#include "drivers/projection/platform.hpp"
#include "drivers/road/simulation.hpp"
#include "kernels/registry.hpp"
#include "tests/json_text.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/thread_ranks.hpp"

namespace trafficbench::projection {
namespace {

constexpr double kClock = 1e9;

/// A row of a kernel that takes so many cycles an update.
Row row_of(std::int64_t cells, std::int64_t depth, std::int64_t steps, double cycles) {
  const std::int64_t rest = steps % depth;
  const double updated =
      static_cast<double>(steps / depth) * updates(cells, depth, depth) + updates(cells, depth, rest);
  Row row;
  row.kernel = "tiled";
  row.verified = true;
  row.isa = "avx2";
  row.cells = cells;
  row.steps = steps;
  row.depth = depth;
  row.clock_hz = kClock;
  row.real_time_ns = 1e9 * updated * cycles / kClock / static_cast<double>(steps);
  return row;
}

KernelTime kernel_of(const std::vector<Row>& rows) {
  return {rows, "a report", *find_variant("tiled"), CountingMode::every, "avx2"};
}

MachineFacts facts_of() {
  MachineFacts facts;
  facts.clock_hz = kClock;
  facts.cores_per_node = 4;
  facts.nodes = 64;
  facts.cache_bytes_per_core = 1 << 30;
  facts.network = {.nodes_per_router = 2,
                   .routers_per_group = 2,
                   .latency_on_node = 1e-6,
                   .latency_per_link = 10e-6,
                   .bandwidth_on_node = 1e9,
                   .bandwidth_between_nodes = 1e9};
  return facts;
}

TEST(ScalingKernelTime, CountsEveryUpdateOfOwnAndHaloCells) {
  // 10 cells, a halo of 3: 10 + 4, 10 + 2, 10.
  EXPECT_DOUBLE_EQ(updates(10, 3, 3), 36);
  EXPECT_DOUBLE_EQ(updates(10, 3, 1), 14);
  EXPECT_DOUBLE_EQ(updates(10, 1, 1), 10);
}

TEST(ScalingKernelTime, GivesBackWhatWasMeasuredAndInterpolatesBetween) {
  const KernelTime kernel =
      kernel_of({row_of(1000, 10, 95, 2), row_of(1000, 1000, 3000, 8), row_of(100000, 10, 40, 1)});
  EXPECT_NEAR(kernel.cycles(1000, 10, 10), 2 * updates(1000, 10, 10), 1e-6);
  EXPECT_NEAR(kernel.cycles(1000, 100, 100), 4 * updates(1000, 100, 100), 1e-6);
  EXPECT_NEAR(kernel.cycles(10000, 10, 10), std::sqrt(2.0) * updates(10000, 10, 10), 1e-3);
  // Beyond what was measured: the last value a cell; and never less time than the shortest road.
  EXPECT_NEAR(kernel.cycles(1 << 30, 10, 10), updates(1 << 30, 10, 10), 1);
  EXPECT_NEAR(kernel.cycles(7, 10, 10), 2 * updates(1000, 10, 10), 1e-6);
}

TEST(ScalingKernelTime, TakesNoRowThatSaysNothingOfOneCore) {
  const Row good = row_of(1000, 10, 10, 1);
  EXPECT_NO_THROW(kernel_of({good}));
  std::vector<Row> others(9, good);
  others[0].origin = Origin::simulated;
  others[1].verified = false;
  others[2].verified.reset();
  others[3].ranks = 2;
  others[4].threads = 2;
  others[5].isa = "avx512";
  others[6].kernel = "naive";
  others[7].count = CountingMode::sampled;
  others[8].clock_hz.reset();
  for (std::size_t i = 0; i < others.size(); ++i) EXPECT_THROW(kernel_of({others[i]}), BadInput) << i;
}

TEST(ScalingNetwork, NeedsMoreLinksBetweenRoutersAndBetweenGroups) {
  const Network network = facts_of().network;
  EXPECT_EQ(network.links(3, 3), 0);
  EXPECT_EQ(network.links(0, 1), 2);
  EXPECT_EQ(network.links(1, 2), 3);
  EXPECT_EQ(network.links(3, 4), 5);
}

TEST(ScalingNetwork, AddsUpTheMessagesOnTheCriticalPath) {
  const Network network = facts_of().network;
  EXPECT_DOUBLE_EQ(exchange_seconds(network, {1, 4}, 64), 0);
  EXPECT_DOUBLE_EQ(exchange_seconds(network, {4, 4}, 64), 1e-6 + 8e-9);
  EXPECT_DOUBLE_EQ(exchange_seconds(network, {16, 4}, 64), 30e-6 + 8e-9);
  EXPECT_DOUBLE_EQ(allreduce_seconds(network, {1, 4}, 8), 0);
  // Up and down a tree of 4 ranks; then two nodes on a router, and two routers.
  EXPECT_DOUBLE_EQ(allreduce_seconds(network, {4, 4}, 0), 4e-6);
  EXPECT_DOUBLE_EQ(allreduce_seconds(network, {16, 4}, 0), 4e-6 + 20e-6 + 30e-6);
  // A third node folds into the second, and is told at the end.
  EXPECT_DOUBLE_EQ(allreduce_seconds(network, {3, 1}, 0), 3 * 20e-6 + 10e-6);
}

TEST(ScalingModel, AddsUpWhatThePeriodsTake) {
  const KernelTime kernel = kernel_of({row_of(1000, 10, 10, 1)});
  const Variant& tiled = *find_variant("tiled");
  const MachineFacts facts = facts_of();
  const Layout layout{4, 4};
  const Prediction whole = predict(kernel, tiled, facts, layout, CountingMode::every, 4000, 10, 40);
  EXPECT_NEAR(whole.compute, 4 * updates(1000, 10, 10) / kClock, 1e-12);
  EXPECT_NEAR(whole.exchange, 4 * exchange_seconds(facts.network, layout, 10), 1e-12);
  EXPECT_NEAR(whole.reduction, 4 * allreduce_seconds(facts.network, layout, 80), 1e-12);
  EXPECT_NEAR(whole.seconds, whole.compute + whole.exchange + whole.reduction, 1e-12);
  const Prediction sampled = predict(kernel, tiled, facts, layout, CountingMode::sampled, 4000, 10, 40);
  EXPECT_NEAR(sampled.reduction, allreduce_seconds(facts.network, layout, 8), 1e-12);
}

TEST(ScalingModel, IsLimitedByTheNodesMemoryWhereTheRoadIsNotInCache) {
  const KernelTime kernel = kernel_of({row_of(1000, 10, 10, 1)});
  const Variant& tiled = *find_variant("tiled");
  MachineFacts facts = facts_of();
  facts.memory_bandwidth = 1;  // byte a second
  EXPECT_NEAR(advance_seconds(kernel, tiled, facts, 4, 1000, 10, 10), kernel.cycles(1000, 10, 10) / kClock, 1e-12);
  facts.cache_bytes_per_core = 1;
  EXPECT_NEAR(advance_seconds(kernel, tiled, facts, 4, 1000, 10, 10), 4 * 1000 * tiled.work.bytes_per_trip, 1e-6);
}

TEST(ScalingSegment, AsksForTheTimeOfEveryCallAndHasTheKernelsDepth) {
  const Variant& tiled = *find_variant("tiled");
  const Variant variant = modelled(tiled);
  SimulationSetup real;
  real.variant = &tiled;
  real.cells = 40000;
  SimulationSetup setup = real;
  setup.variant = &variant;
  EXPECT_EQ(Simulation::depth(setup, 4), Simulation::depth(real, 4));
  setup.depth = 100;
  std::mutex mutex;
  double updated = 0;
  set_pass_time([&](std::int64_t cells, std::int64_t halo, std::int64_t k) {
    const std::lock_guard lock(mutex);
    updated += updates(cells, halo, k);
  });
  on_ranks(4, [&](Communicator& comm) { Simulation(comm, setup).advance(250); });
  EXPECT_DOUBLE_EQ(updated, 4 * (2 * updates(10000, 100, 100) + updates(10000, 100, 50)));
}

TEST(ScalingPlatform, HoldsWholeGroupsAndAHostForEveryNode) {
  const std::string xml = platform_xml(facts_of(), {33, 4});
  EXPECT_NE(xml.find("radical=\"0-11\""), std::string::npos) << xml;
  EXPECT_NE(xml.find("topo_parameters=\"3,1;1,1;2,1;2\""), std::string::npos) << xml;
  EXPECT_EQ(host_file({5, 4}), "node0:4\nnode1:4\n");
}

TEST(ScalingMachine, TakesTheFileOfArcher2) {
  const MachineFacts facts = read_machine(TRAFFICBENCH_ARCHER2);
  EXPECT_EQ(facts.nodes, 5860);
  EXPECT_EQ(facts.cores_per_node, 128);
  // The network that ping-pongs give is within a tenth of the published sums.
  ASSERT_EQ(facts.published.size(), 4U);
  for (const PublishedAllreduce& each : facts.published) {
    const double seconds = allreduce_seconds(facts.network, {each.nodes * 128, 128}, facts.published_bytes);
    EXPECT_NEAR(seconds / each.seconds, 1, 0.1) << each.nodes;
  }
}

TEST(ScalingMachine, RefusesKeysThatAreMissingUnknownOrWrong) {
  const TemporaryFolder folder;
  const Json good = json_of(read_text(TRAFFICBENCH_ARCHER2));
  const auto refused = [&](const Json& json) {
    const std::string path = folder.file("machine.json");
    write_text(path, text_of(json));
    EXPECT_THROW(read_machine(path), BadInput) << text_of(json);
  };
  for (const auto& [key, value] : good.items()) {
    Json changed = good;
    changed.erase(key);
    refused(changed);
    changed = good;
    changed[key] = Json::array();
    refused(changed);
  }
  for (const auto& [key, value] : good["network"].items()) {
    Json changed = good;
    changed["network"][key] = -1;
    refused(changed);
  }
  Json changed = good;
  changed["coffee"] = 1;
  refused(changed);
  EXPECT_THROW(read_machine(folder.file("none.json")), BadInput);
}

}  // namespace
}  // namespace trafficbench::projection
