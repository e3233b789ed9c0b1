#include "drivers/plan/groups.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "drivers/report/bases.hpp"
#include "drivers/report/point_row.hpp"
#include "tests/made_up_point.hpp"
#include "tests/thread_ranks.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

using Indices = std::vector<std::size_t>;

TEST(GroupsOf, HaveOneRoadOneContractAndOneDepthOnWhateverCores) {
  std::vector<Point> points{made_up_point("naive", 1),    made_up_point("tiled", 1), made_up_point("naive", 1, 2),
                            made_up_point("naive", 2, 1), made_up_point("tiled", 4), made_up_point("naive", 2, 1, 5000),
                            made_up_point("tiled", 1),    made_up_point("tiled", 1)};
  points[6].counting = CountingMode::sampled;
  points[7].depth = 64;
  const std::vector<Indices> groups = groups_of(points, std::vector<bool>(points.size(), true));
  EXPECT_EQ(groups, (std::vector<Indices>{{0, 1, 2, 3, 4}, {5}, {6}, {7}}));
}

TEST(GroupsOf, OfAWeakSweepHaveAsManyCellsACore) {
  std::vector<Point> points{made_up_point("tiled", 1), made_up_point("tiled", 2), made_up_point("tiled", 1)};
  points[0].set_cells(ScalingMode::weak, 1000);
  points[1].set_cells(ScalingMode::weak, 1000);
  points[2].set_cells(ScalingMode::weak, 2000);
  EXPECT_EQ(groups_of(points, {true, true, true}), (std::vector<Indices>{{0, 1}, {2}}));
}

TEST(GroupsOf, HoldARoadThatCannotBeRestartedAlone) {
  const std::vector<Point> points{made_up_point("naive"), made_up_point("tiled"), made_up_point("bitpacked")};
  EXPECT_EQ(groups_of(points, {true, false, true}), (std::vector<Indices>{{0, 2}, {1}}));
}

/// Else ratios would be over rows of other visits.
TEST(GroupsOf, HoldTheBasesOfTheirRows) {
  for (const ScalingMode mode : {ScalingMode::strong, ScalingMode::weak}) {
    const Trying trying({{"mode", name_of(mode)}});
    std::vector<Point> points;
    std::vector<RatioMember> rows;
    for (const std::int64_t cells : {1000, 2000}) {
      for (const char* kernel : {"naive", "tiled", "leap"}) {
        for (const int threads : {1, 2, 4}) {
          for (const std::int64_t depth : {0, 64}) {
            Point point = made_up_point(kernel, 1, threads);
            point.depth = depth;
            point.set_cells(mode, cells);
            Row row = row_of("sweep", point);
            row.isa = "auto";
            if (row.row_class == RowClass::update) row.mcops.value = 1;
            points.push_back(point);
            rows.push_back(ratio_member(row, 0));
          }
        }
      }
    }
    const std::vector<Bases> bases = bases_of(rows);
    int found = 0;
    for (const Indices& group : groups_of(points, std::vector<bool>(points.size(), true))) {
      for (const std::size_t i : group) {
        for (const int base : {bases[i].base, bases[i].ladder_base}) {
          if (base < 0) continue;
          ++found;
          EXPECT_TRUE(std::ranges::count(group, static_cast<std::size_t>(base)) == 1)
              << row_name("sweep", points[i]) << " without "
              << row_name("sweep", points[static_cast<std::size_t>(base)]);
        }
      }
    }
    EXPECT_GT(found, 20);
  }
}

TEST(PlanGroups, LeavesOutWhatTheMachineCannotMeasure) {
  const auto world = world_of_one();
  const RankGroups ranks(*world, {{1}});
  const std::vector<Point> points{made_up_point("naive"), made_up_point("tiled"), made_up_point("tiled", 1, 1, 5000)};
  const Feasibility feasibility{
      .feasible = {true, false, false}, .restarted = {true, true, true}, .reasons = {"", "too long", "too long"}};
  const std::vector<PlannedGroup> groups = plan_groups(*world, ranks, points, feasibility);
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].points, Indices{0});
  ASSERT_EQ(groups[0].group.members.size(), 1u);
  EXPECT_TRUE(groups[0].group.members[0].restarted && groups[0].group.members[0].is_measured);
  EXPECT_TRUE(groups[0].group.keep_roads);
}

}  // namespace
}  // namespace trafficbench
