// The example kernel of docs/kernels.md keeps every promise of the interface, and what a variant declares reaches
// options, rows and segments without another edit.
#include <gtest/gtest.h>
#include <sched.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "drivers/base/bad_input.hpp"
#include "drivers/command/commands.hpp"
#include "drivers/command/knobs.hpp"
#include "drivers/report/point.hpp"
#include "drivers/road/simulation.hpp"
#include "kernels/closed_form.hpp"
#include "kernels/packed_road.hpp"
#include "kernels/registry.hpp"
#include "kernels/ring.hpp"
#include "kernels/start_state.hpp"
#include "tests/thread_ranks.hpp"

namespace trafficbench {

namespace variant {
const Variant& example();
}

namespace {

std::int64_t total_of(const std::vector<MoveCount>& moves) {
  std::int64_t total = 0;
  for (const MoveCount& count : moves) total += count.moves;
  return total;
}

TEST(ExampleKernel, EqualsTheClosedFormOnRings) {
  for (const std::int64_t cells : {1, 2, 63, 64, 65, 127, 128, 700, 4097}) {
    for (const double density : {0.0, 0.52, 1.0}) {
      const PackedRoad start(*philox_start(cells, density, 11), 0, cells);
      for (const int threads : {1, 3}) {
        for (const std::int64_t depth : {1, 7, 64}) {
          Ring ring(variant::example(), cells, {.threads = threads, .depth = depth, .tuning = {}});
          for (const std::int64_t iterations : {1, 65, 130}) {
            SCOPED_TRACE(std::to_string(cells) + " cells, density " + std::to_string(density) + ", threads " +
                         std::to_string(threads) + ", depth " + std::to_string(depth) + ", iterations " +
                         std::to_string(iterations));
            ring.load(start);
            std::vector<MoveCount> moves(static_cast<std::size_t>(iterations));
            ring.advance(iterations, moves);
            PackedRoad expected(cells);
            const ClosedForm closed_form(start, start.cars(), iterations);
            const ClosedForm::Moves made = closed_form.state(0, cells, expected.words());
            EXPECT_EQ(PackedRoad(ring.cells(), 0, cells), expected);
            EXPECT_EQ(total_of(moves), made.total);
            EXPECT_EQ(moves.back().moves, made.last);
          }
        }
      }
    }
  }
}

TEST(ExampleKernel, AdvancesAPieceOfRoadByItsHaloAlone) {
  constexpr std::int64_t kRing = 1000;
  constexpr std::int64_t kIterations = 70;
  const PackedRoad start(*philox_start(kRing, 0.5, 3), 0, kRing);
  PackedRoad expected(kRing);
  ClosedForm(start, start.cars(), kIterations).state(0, kRing, expected.words());
  for (const std::int64_t first : {100, 163, 500}) {
    for (const std::int64_t cells : {1, 64, 333}) {
      // The sides need not be alike, and only a part of the most may be shown.
      const SegmentShape shape{.cells = cells, .max_halo = {90, 130}, .tuning = {}};
      const auto segment = make_segment(variant::example(), shape, 1);
      segment->load(start, first);
      std::vector<std::uint64_t> left(2);
      std::vector<std::uint64_t> right(2);
      const HaloWidth width{kIterations, kIterations + 5};
      read_ring(start, first - width.left, width.left, left);
      read_ring(start, first + cells, width.right, right);
      segment->set_halo(left, right, width);
      segment->advance(kIterations - 30, {});
      segment->advance(30, {});
      EXPECT_EQ(segment->halo(), (HaloWidth{0, 5}));
      EXPECT_EQ(PackedRoad(*segment, 0, cells), PackedRoad(expected, first, cells))
          << "first " << first << ", cells " << cells;
    }
  }
}

TEST(ExampleKernel, CountsEveryCarOnceAmongThreads) {
  constexpr std::int64_t kCells = 640;
  const PackedRoad start(*pattern_start(kCells, "10"), 0, kCells);
  for (const int threads : {1, 2, 5}) {
    Ring ring(variant::example(), kCells, {.threads = threads, .depth = 3, .tuning = {}});
    ring.load(start);
    std::vector<MoveCount> moves(4);
    ring.advance(4, moves);
    for (const MoveCount& count : moves) EXPECT_EQ(count.moves, start.cars());
  }
}

/// The example kernel with something to choose: a stride, which it does nothing with but say it.
constexpr std::array kStride{
    Knob{.name = "stride", .summary = "Words at a time", .automatic = "eight of them", .max = 100}};

std::string chosen_stride(const SegmentShape& shape) {
  const std::int64_t asked = shape.tuning.knob("stride");
  return std::to_string(shape.cells) + " cells, " + std::to_string(asked > 0 ? asked : 8) + " words at a time";
}

Variant with_a_choice(std::string_view name) {
  Variant variant = variant::example();
  variant.name = name;
  variant.configuration = chosen_stride;
  variant.knobs = kStride;
  return variant;
}

struct Choosing : testing::Test {
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

TEST_F(Choosing, AKnobIsAnOptionOfItsOwn) {
  CLI::App app;
  KnobOptions knobs;
  add_knobs(app, table, knobs);
  ASSERT_EQ(knobs.size(), 1u);
  EXPECT_EQ(knobs.at("stride").text, "auto");
  EXPECT_TRUE(values_of(knobs).empty());
  const CLI::Option* option = app.get_option("--stride");
  EXPECT_EQ(option->get_description(), "Words at a time of the kernel strider; auto: eight of them");
  EXPECT_EQ(option->get_default_str(), "auto");
  app.parse("--stride 1e1");
  EXPECT_EQ(knobs.at("stride").text, "1e1");
  EXPECT_EQ(values_of(knobs), (KnobValues{{"stride", 10}}));
}

TEST_F(Choosing, KernelsMayShareAKnob) {
  const Variant other = with_a_choice("runner");
  table.push_back(&other);
  CLI::App app;
  KnobOptions knobs;
  add_knobs(app, table, knobs);
  EXPECT_EQ(app.get_option("--stride")->get_description(),
            "Words at a time of the kernels strider, runner; auto: eight of them");
}

TEST_F(Choosing, AKnobBeyondItsLimitsIsRefused) {
  const std::map<std::string, std::string> refusals{{"0", "stride is 0: it must be between 1 and 100"},
                                                    {"101", "stride is 101: it must be between 1 and 100"},
                                                    {"wide", "stride 'wide' is not a whole number"}};
  for (const auto& [text, said] : refusals) {
    CLI::App app;
    KnobOptions knobs;
    add_knobs(app, table, knobs);
    try {
      app.parse("--stride " + text);
      ADD_FAILURE() << text << " was taken";
    } catch (const BadInput& bad) {
      EXPECT_EQ(std::string(bad.what()).substr(0, said.size()), said);
    }
  }
}

TEST_F(Choosing, AKnobThatIsSetStandsInTheNameAndReachesTheSegment) {
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

TEST_F(Choosing, RanksThatChooseOtherwiseAreNamed) {
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

TEST_F(Choosing, ARunSaysWhatWasChosenAndWhatWasAskedFor) {
  cpu_set_t before{};
  sched_getaffinity(0, sizeof before, &before);  // a run binds threads to cores
  RunOptions options;
  options.cells = RoadLength("1000");
  options.kernel = KernelName("strider");
  options.threads = ThreadCount("1");
  options.knobs = {{"stride", {"7e0", 7}}};
  options.json = true;
  int argc = 0;
  char** argv = nullptr;
  const std::unique_ptr<Communicator> world = start_world(argc, argv);
  testing::internal::CaptureStdout();
  const Status status = run(*world, options, table, {"trafficbench", "run"});
  const auto report = nlohmann::json::parse(testing::internal::GetCapturedStdout());
  sched_setaffinity(0, sizeof before, &before);
  EXPECT_EQ(status, Status::done);
  EXPECT_EQ(report["context"]["axes"]["stride"], "7e0");
  const auto& row = report["benchmarks"][0];
  EXPECT_TRUE(row["name"].get<std::string>().ends_with("/stride:7")) << row["name"];
  EXPECT_EQ(row["configuration"], "1000 cells, 7 words at a time");
  EXPECT_EQ(row["bits_per_cell"], 1);
  EXPECT_EQ(row["verified"], true);
}

}  // namespace
}  // namespace trafficbench
