#include "drivers/projection/measured_network.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "drivers/base/bad_input.hpp"
#include "drivers/measure/network_report.hpp"
#include "tests/temporary_folder.hpp"

namespace trafficbench::projection {
namespace {

using Figures = trafficbench::Network;

NetworkFigure ping_pong(int nodes, std::int64_t bytes, double seconds) {
  NetworkFigure figure;
  figure.operation = NetworkOperation::ping_pong;
  figure.nodes = nodes;
  figure.bytes = bytes;
  figure.seconds = seconds;
  figure.best = seconds;
  figure.batches = 15;
  return figure;
}

/// 2 us and 1e9 bytes a second on a node; so much longer between two.
Figures figures(double between = 3) {
  return {ping_pong(1, 8, 2e-6), ping_pong(1, 512, 2.1e-6), ping_pong(1, (1 << 20) + 8, 2e-6 + (1 << 20) / 1e9),
          ping_pong(2, 8, 2e-6 * between)};
}

TEST(MeasuredNetwork, HasTheLatencyOfAWordAndTheBandwidthOfTheLongestMessage) {
  const MeasuredLink link = measured_link({figures()}, 1).value();
  EXPECT_DOUBLE_EQ(link.latency, 2e-6);
  EXPECT_NEAR(link.bandwidth.value(), 1e9, 1);
  const MeasuredLink between = measured_link({figures(2), figures(4), figures(7)}, 2).value();
  EXPECT_DOUBLE_EQ(between.latency, 8e-6);
  EXPECT_FALSE(between.bandwidth) << "no long message";
  EXPECT_FALSE(measured_link({figures()}, 3));
  EXPECT_FALSE(measured_link({}, 1));
  // One that took no longer than a word says nothing of bandwidth.
  EXPECT_FALSE(measured_link({{ping_pong(1, 8, 2e-6), ping_pong(1, 1 << 20, 1e-6)}}, 1)->bandwidth);
}

class MeasuredNetworkOfAMachine : public ::testing::Test {
 protected:
  MachineFacts read(const std::string& text) {
    const std::string path = folder_.file("network.json");
    write_text(path, text);
    return read_machine(TRAFFICBENCH_ARCHER2, path);
  }

  const Network published_ = read_machine(TRAFFICBENCH_ARCHER2).network;

 private:
  TemporaryFolder folder_;
};

TEST_F(MeasuredNetworkOfAMachine, StandsInPlaceOfWhatIsPublished) {
  const nlohmann::json limits = to_json(figures());
  const nlohmann::json report = {{"context", {{"runs", nlohmann::json::array({{{"limits", limits}}})}}}};
  for (const nlohmann::json& text : {limits, report}) {
    const Network network = read(text.dump()).network;
    EXPECT_DOUBLE_EQ(network.latency_on_node, 2e-6);
    EXPECT_NEAR(network.bandwidth_on_node, 1e9, 1);
    EXPECT_DOUBLE_EQ(network.latency_per_link, 3e-6) << "two links between neighbours";
    EXPECT_DOUBLE_EQ(network.bandwidth_between_nodes, published_.bandwidth_between_nodes);
  }
  const Network on_node = read(to_json({ping_pong(1, 8, 2e-6)}).dump()).network;
  EXPECT_DOUBLE_EQ(on_node.latency_per_link, published_.latency_per_link);
  EXPECT_DOUBLE_EQ(read_machine(TRAFFICBENCH_ARCHER2, "").network.latency_on_node, published_.latency_on_node);
}

TEST_F(MeasuredNetworkOfAMachine, IsRefusedWhereThereIsNone) {
  for (const char* text : {"", "[]", "7", "{}", R"({"context": 7})", R"({"context": {"runs": 7}})",
                           R"({"context": {"runs": [7, {"limits": 7}]}})", R"({"network": {"class": "network"}})"}) {
    EXPECT_THROW(read(text), BadInput) << text;
  }
  EXPECT_THROW(read_machine(TRAFFICBENCH_ARCHER2, "none.json"), BadInput);
}

}  // namespace
}  // namespace trafficbench::projection
