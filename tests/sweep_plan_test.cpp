#include "drivers/plan/sweep_plan.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>

#include "kernels/registry.hpp"
#include "tests/thread_ranks.hpp"

namespace trafficbench {
namespace {

/// Roads on which that kernel is to be measured.
std::set<std::int64_t> roads_of(const SweepOptions& options, const std::string& kernel) {
  const auto world = world_of_one();
  std::set<std::int64_t> roads;
  for (const Point& point : points_of(*world, options, variants())) {
    if (point.variant->name == kernel) roads.insert(point.road_cells);
  }
  return roads;
}

SweepOptions options_of(const char* kernels, const char* cells) {
  SweepOptions options;
  options.kernels = KernelNames(kernels);
  options.cells = RoadLengths(cells);
  options.ranks = RankCounts("1");
  options.threads = ThreadCounts("1,4");
  return options;
}

using Roads = std::set<std::int64_t>;

TEST(PointsOf, AllKernelsHaveNaiveOnShortRoadsOnly) {
  EXPECT_EQ(roads_of(options_of("all", "1e5,1e6,1e7"), "naive"), (Roads{100'000, 1'000'000}));
  EXPECT_EQ(roads_of(options_of("all", "1e5,1e6,1e7"), "tiled"), (Roads{100'000, 1'000'000, 10'000'000}));
  EXPECT_EQ(roads_of(options_of("naive,tiled", "1e5,1e7"), "naive"), (Roads{100'000, 10'000'000}))
      << "it was asked for by its name";
  EXPECT_EQ(roads_of(options_of("all", "1e7"), "naive"), Roads{});
}

TEST(PointsOf, AllKernelsOfAWeakSweepHaveNaiveByTheWholeRoad) {
  SweepOptions options = options_of("all", "1e5,1e6");
  options.mode = Choice<ScalingMode>("weak");
  // 4e6 cells on four cores are too many.
  EXPECT_EQ(roads_of(options, "naive"), (Roads{100'000, 400'000, 1'000'000}));
}

}  // namespace
}  // namespace trafficbench
