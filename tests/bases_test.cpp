#include "drivers/report/bases.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "drivers/report/point_row.hpp"
#include "kernels/registry.hpp"

namespace trafficbench {
namespace {

Point point_of(const char* kernel, int threads, std::int64_t depth = 0, ScalingMode mode = ScalingMode::strong) {
  Point point;
  point.variant = find_variant(kernel);
  point.threads = threads;
  point.set_cells(mode, 1000);
  point.depth = depth;
  return point;
}

std::vector<Bases> bases_of_points(const std::vector<Point>& points, const std::vector<bool>& measurable) {
  std::vector<RatioMember> members;
  for (std::size_t i = 0; i < points.size(); ++i) members.push_back(ratio_member("sweep", points[i], measurable[i]));
  return bases_of(members);
}

TEST(BasesOf, AreTheFewestCoresThatHaveARate) {
  const std::vector<Point> points{point_of("naive", 1), point_of("tiled", 1), point_of("tiled", 2),
                                  point_of("tiled", 4), point_of("leap", 4)};
  std::vector<bool> measurable(points.size(), true);
  std::vector<Bases> bases = bases_of_points(points, measurable);
  EXPECT_EQ(bases[3].base, 1);
  EXPECT_EQ(bases[3].ladder_base, 0);
  EXPECT_EQ(bases[1].base, 1);
  EXPECT_EQ(bases[4].base, -1);
  measurable[0] = measurable[1] = false;
  bases = bases_of_points(points, measurable);
  EXPECT_EQ(bases[3].base, 2);
  EXPECT_EQ(bases[3].ladder_base, -1);
}

TEST(BasesOf, HaveTheSameDepthAsItWasAskedFor) {
  const std::vector<Point> points{point_of("naive", 1), point_of("tiled", 1), point_of("tiled", 2, 64),
                                  point_of("tiled", 4, 64)};
  const std::vector<Bases> bases = bases_of_points(points, std::vector<bool>(points.size(), true));
  EXPECT_EQ(bases[3].base, 2);
  EXPECT_EQ(bases[3].ladder_base, -1);
  EXPECT_EQ(bases[2].base, 2);
}

TEST(BasesOf, AreTheSameForPointsAndForTheRowsThatComeOfThem) {
  std::vector<Point> points;
  for (const char* kernel : {"naive", "tiled", "leap"}) {
    for (const int threads : {1, 2, 4}) {
      for (const std::int64_t depth : {0, 64}) {
        for (const ScalingMode mode : {ScalingMode::strong, ScalingMode::weak}) {
          points.push_back(point_of(kernel, threads, depth, mode));
        }
      }
    }
  }
  std::vector<RatioMember> rows;
  for (const Point& point : points) {
    Row row = row_of("sweep", point);
    row.isa = "auto";
    if (row.kernel_class == KernelClass::update) row.mcops.value = 1;
    rows.push_back(ratio_member(row, 0));
  }
  const std::vector<Bases> planned = bases_of_points(points, std::vector<bool>(points.size(), true));
  const std::vector<Bases> reported = bases_of(rows);
  for (std::size_t i = 0; i < points.size(); ++i) {
    EXPECT_EQ(planned[i].base, reported[i].base) << row_name("sweep", points[i]);
    EXPECT_EQ(planned[i].ladder_base, reported[i].ladder_base) << row_name("sweep", points[i]);
  }
}

Row rung(const char* kernel, const char* depth, int ranks = 1) {
  Row row;
  row.kernel = kernel;
  row.ranks = ranks;
  row.name = std::string("ladder/") + kernel + "/depth:" + depth + "/ranks:" + std::to_string(ranks);
  row.cells = 1000;
  row.init = "mt19937";
  row.mcops.value = 1;
  return row;
}

TEST(BasesOf, OfALadderArePlainPythonWhateverItsDepth) {
  const std::vector<RatioMember> members{ratio_member(rung("python", "none"), 0),
                                         ratio_member(rung("naive", "auto"), 0),
                                         ratio_member(rung("tiled", "auto", 2), 0)};
  const std::vector<Bases> bases = bases_of(members);
  EXPECT_EQ(bases[1].ladder_base, 0);
  EXPECT_EQ(bases[2].ladder_base, 0);
  EXPECT_EQ(bases[0].base, 0);
  EXPECT_EQ(bases[1].base, 1);
}

}  // namespace
}  // namespace trafficbench
