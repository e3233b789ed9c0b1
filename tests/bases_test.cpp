#include "drivers/report/bases.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace trafficbench {
namespace {

Row row_of(const std::string& command, const char* kernel, int threads, const char* depth = "auto") {
  Row row;
  row.kernel = kernel;
  row.threads = threads;
  row.name = command + "/" + kernel + "/threads:" + std::to_string(threads) + "/depth:" + depth;
  row.cells = 1000;
  row.init = "philox";
  row.mcops.value = 1;
  return row;
}

std::vector<Bases> bases_of_rows(const std::vector<Row>& rows) {
  std::vector<RatioMember> members;
  for (const Row& row : rows) members.push_back(ratio_member(row, 0));
  return bases_of(members);
}

TEST(BasesOf, AreTheFewestCoresThatHaveARate) {
  std::vector<Row> rows{row_of("sweep", "naive", 1), row_of("sweep", "tiled", 1), row_of("sweep", "tiled", 2),
                        row_of("sweep", "tiled", 4), row_of("sweep", "leap", 4)};
  rows[4].mcops = {};
  std::vector<Bases> bases = bases_of_rows(rows);
  EXPECT_EQ(bases[3].base, 1);
  EXPECT_EQ(bases[3].ladder_base, 0);
  EXPECT_EQ(bases[1].base, 1);
  EXPECT_EQ(bases[4].base, -1);
  rows[0].mcops = {};
  rows[1].verified = false;
  bases = bases_of_rows(rows);
  EXPECT_EQ(bases[3].base, 2);
  EXPECT_EQ(bases[3].ladder_base, -1);
}

TEST(BasesOf, HaveTheSameDepthAsItWasAskedFor) {
  const std::vector<Bases> bases =
      bases_of_rows({row_of("sweep", "naive", 1), row_of("sweep", "tiled", 1), row_of("sweep", "tiled", 2, "64"),
                     row_of("sweep", "tiled", 4, "64")});
  EXPECT_EQ(bases[3].base, 2);
  EXPECT_EQ(bases[3].ladder_base, -1);
  EXPECT_EQ(bases[2].base, 2);
}

TEST(BasesOf, OfALadderArePlainPythonWhateverItsDepth) {
  const std::vector<Bases> bases = bases_of_rows(
      {row_of("ladder", "python", 1, "none"), row_of("ladder", "naive", 1), row_of("ladder", "tiled", 2)});
  EXPECT_EQ(bases[1].ladder_base, 0);
  EXPECT_EQ(bases[2].ladder_base, 0);
  EXPECT_EQ(bases[0].base, 0);
  EXPECT_EQ(bases[1].base, 1);
}

}  // namespace
}  // namespace trafficbench
