// What a variant lets choose reaches names of rows, segments and reports without another edit.
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "drivers/command/commands.hpp"
#include "drivers/report/point.hpp"
#include "drivers/road/simulation.hpp"
#include "tests/choosing_kernel.hpp"
#include "tests/json_text.hpp"
#include "tests/kept_binding.hpp"
#include "tests/thread_ranks.hpp"

namespace trafficbench {
namespace {

struct Choices : testing::Test {
  Variant strider = with_a_choice("strider");
  std::vector<const Variant*> table{&variant::example(), &strider};

  std::string configuration_on(int ranks, const Point& point) const {
    std::string text;
    on_ranks(ranks, [&](Communicator& comm) {
      const std::string mine = Simulation(comm, setup_of(point)).configuration();
      if (comm.rank() == 0) text = mine;
    });
    return text;
  }
};

TEST_F(Choices, StandInTheNameOfARowAndReachTheSegment) {
  Point point;
  point.variant = &strider;
  point.road_cells = 1000;
  point.threads = 2;
  EXPECT_EQ(row_name("sweep", point).find("/stride:"), std::string::npos);
  EXPECT_EQ(configuration_on(1, point), "500 cells, 8 words at a time");
  point.knobs = {{"stride", 7}};
  EXPECT_TRUE(row_name("sweep", point).ends_with("/isa:auto/stride:7")) << row_name("sweep", point);
  EXPECT_EQ(configuration_on(1, point), "500 cells, 7 words at a time");
}

TEST_F(Choices, OfRanksThatChooseOtherwiseAreNamed) {
  Point point;
  point.variant = &strider;
  point.road_cells = 16;
  EXPECT_EQ(configuration_on(2, point), "8 cells, 8 words at a time");
  EXPECT_EQ(configuration_on(3, point), "6 cells, 8 words at a time; rank 1 and 1 more: 5 cells, 8 words at a time");
  point.road_cells = 15;
  EXPECT_EQ(configuration_on(2, point), "8 cells, 8 words at a time; rank 1: 7 cells, 8 words at a time");
  // Ranks that own nothing choose nothing, and so does a kernel without a choice.
  point.road_cells = 1;
  EXPECT_EQ(configuration_on(2, point), "1 cells, 8 words at a time");
  point.variant = &variant::example();
  EXPECT_EQ(configuration_on(2, point), "");
}

TEST_F(Choices, AreReportedAsTheyWereMadeAndAsTheyWereAskedFor) {
  const KeptBinding kept;
  RunOptions options;
  options.cells = RoadLength("1000");
  options.kernel = KernelName("strider");
  options.threads = ThreadCount("1");
  options.knobs = {{"stride", {"7e0", 7}}};
  options.json = true;
  const std::unique_ptr<Communicator> world = world_of_one();
  testing::internal::CaptureStdout();
  const Status status = run(*world, options, table, {"trafficbench", "run"});
  const auto report = json_of(testing::internal::GetCapturedStdout());
  EXPECT_EQ(status, Status::done);
  EXPECT_EQ(report["context"]["axes"]["stride"].get<std::string>(), "7e0");
  const auto& row = report["benchmarks"][0];
  EXPECT_TRUE(row["name"].get<std::string>().ends_with("/stride:7")) << text_of(row);
  EXPECT_EQ(row["configuration"].get<std::string>(), "1000 cells, 7 words at a time");
  EXPECT_EQ(row["bits_per_cell"].get<int>(), 1);
  EXPECT_TRUE(row["verified"].get<bool>());
}

}  // namespace
}  // namespace trafficbench
