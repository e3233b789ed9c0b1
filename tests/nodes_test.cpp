#include "drivers/report/nodes.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "drivers/base/known.hpp"
#include "drivers/report/context_fields.hpp"
#include "drivers/report/launches.hpp"
#include "drivers/report/report.hpp"
#include "tests/made_up_launch.hpp"
#include "tests/made_up_row.hpp"

namespace trafficbench {
namespace {

using Ratios = std::vector<std::pair<std::string, double>>;

Json visit_of(const Ratios& ratios) {
  Json visit = {{"began", 0}, {"seconds", 1}, {"nodes", Json::array()}};
  for (const auto& [host, ratio] : ratios) {
    visit["nodes"].push_back({{"host", host},
                              {"steal_seconds", nullptr},
                              {"involuntary_switches", 0},
                              {"reference_hz", nullptr},
                              {"ranks", 2},
                              {"kernel_ratio", ratio}});
  }
  return visit;
}

Json launch_of(const std::vector<Ratios>& visits) {
  Json launch = made_up_launch();
  for (const Ratios& ratios : visits) launch["visits"].push_back(visit_of(ratios));
  EXPECT_EQ(fault_of_launch(launch), "");
  return launch;
}

TEST(Nodes, HaveTheMedianOverVisitsWithItsInterval) {
  std::vector<Ratios> visits;
  for (const double slow : {1.09, 1.05, 1.08, 1.07, 1.06, 1.10}) visits.push_back({{"b", slow}, {"a", 1}});
  const std::vector<ReportNode> nodes = nodes_of({launch_of(visits)});
  ASSERT_EQ(nodes.size(), 2u);
  EXPECT_EQ(nodes[0].host, "a");
  EXPECT_EQ(nodes[1].host, "b");
  EXPECT_EQ(nodes[1].ranks, 2);
  EXPECT_EQ(nodes[1].visits, 6u);
  EXPECT_DOUBLE_EQ(nodes[1].ratio.value, 1.075);
  EXPECT_DOUBLE_EQ(known(nodes[1].ratio.interval).low, 1.05);
  EXPECT_DOUBLE_EQ(known(nodes[1].ratio.interval).high, 1.10);
  EXPECT_EQ(nodes[1].ratio.over, IntervalOver::visits);
}

TEST(Nodes, OfSeveralLaunchesAreJoinedByName) {
  const std::vector<ReportNode> nodes =
      nodes_of({launch_of({{{"a", 1.2}, {"b", 1}}}), launch_of({{{"a", 1.1}, {"c", 1}}, {{"a", 1.0}, {"c", 1}}})});
  ASSERT_EQ(nodes.size(), 3u);
  EXPECT_DOUBLE_EQ(nodes[0].ratio.value, 1.1);
  EXPECT_EQ(nodes[0].visits, 3u);
  EXPECT_FALSE(nodes[0].ratio.interval) << "fewer than six visits";
  EXPECT_EQ(nodes[2].host, "c");
}

TEST(Nodes, AreNoneWhereNoVisitComparedAny) {
  Json launch = made_up_launch();
  EXPECT_TRUE(nodes_of({launch}).empty());
  Json visit = visit_of({{"a", 1}, {"b", 1}});
  for (Json& node : visit["nodes"]) {
    node.erase("ranks");
    node.erase("kernel_ratio");
  }
  launch["visits"].push_back(visit);  // clang takes {visit} for a copy of it, g++ for a list
  EXPECT_EQ(fault_of_launch(launch), "") << "as earlier programs wrote it";
  EXPECT_TRUE(nodes_of({launch}).empty());
  EXPECT_TRUE(nodes_of({launch_of({{{"a", 1.5}}})}).empty()) << "one node has nothing to be held against";
}

TEST(Nodes, StandInTheContextOfTheReportOrAreMissing) {
  const std::vector<Row> rows{made_up_row("sweep/row 0")};
  EXPECT_FALSE(make_report("sweep", Json::object(), {made_up_launch()}, rows)["context"].contains("nodes"));
  const Json context = make_report("sweep", Json::object(), {launch_of({{{"a", 1}, {"b", 1.25}}})}, rows)["context"];
  EXPECT_EQ(fault_of_context(context), "");
  const Json expected = {{"host", "b"},
                         {"ranks", 2},
                         {"kernel_ratio", 1.25},
                         {"kernel_ratio_low", nullptr},
                         {"kernel_ratio_high", nullptr},
                         {"interval_over", nullptr},
                         {"visits", 1}};
  ASSERT_EQ(context["nodes"].size(), 2u);
  EXPECT_EQ(context["nodes"][1], expected);
}

TEST(SlowNodesWarning, NamesTheSlowestOneInOneLine) {
  const auto node = [](const char* host, double ratio, std::size_t visits) {
    return ReportNode{host, 1, {.value = ratio, .interval = {}, .over = {}}, visits};
  };
  EXPECT_EQ(slow_nodes_warning({}), "");
  EXPECT_EQ(slow_nodes_warning({node("a", 1, 12), node("b", 1.05, 12), node("c", 0.8, 12)}), "");
  EXPECT_EQ(slow_nodes_warning({node("a", 1, 12), node("b", 1.073, 12), node("c", 1, 12)}),
            "node b took 7.3% longer than the median of 3 nodes in the kernel (median of 12 visits)");
  EXPECT_EQ(slow_nodes_warning({node("a", 1.06, 1), node("b", 1.2, 1), node("c", 1.07, 1)}),
            "node b took 20.0% longer than the median of 3 nodes in the kernel (median of 1 visit), and 2 more over 5% "
            "longer");
}

TEST(SlowNodesWarning, IsSilentWhereChanceMayHaveMadeOneSlow) {
  const auto warning = [](double low) {
    const ReportNode node{"b", 1, {.value = 1.08, .interval = Interval{low, 1.2}, .over = IntervalOver::visits}, 12};
    return slow_nodes_warning({{"a", 1, {.value = 1, .interval = {}, .over = {}}, 12}, node});
  };
  EXPECT_EQ(warning(0.99), "");
  EXPECT_NE(warning(1.01).find("node b took 8.0% longer"), std::string::npos);
}

}  // namespace
}  // namespace trafficbench
