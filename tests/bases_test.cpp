#include "drivers/report/bases.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "drivers/report/row_name.hpp"

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
  members.reserve(rows.size());
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

TEST(BasesOf, SpeakInTheSameWayOrHaveOneRank) {
  const auto on_ranks = [](int ranks, const std::string& way) {
    Row row = row_of("sweep", "tiled", 1);
    row.ranks = ranks;
    row.name += "/isa:auto/tile:256" + way;
    return row;
  };
  const std::vector<Row> rows{on_ranks(2, ""), on_ranks(2, "/exchange:fence"), on_ranks(4, "/exchange:fence"),
                              on_ranks(4, "/exchange:fence/reduce:iteration"), on_ranks(4, "")};
  std::vector<Bases> bases = bases_of_rows(rows);
  EXPECT_EQ(bases[2].base, 1);
  EXPECT_EQ(bases[3].base, 3);
  EXPECT_EQ(bases[4].base, 0);
  std::vector<Row> with_one = rows;
  with_one.push_back(on_ranks(1, ""));
  for (const Bases& each : bases_of_rows(with_one)) EXPECT_EQ(each.base, 5);
}

TEST(BasesOf, ArePlacedInTheSameWayOrHaveOneWorker) {
  const auto placed = [](int ranks, int threads, const std::string& way) {
    Row row = row_of("sweep", "tiled", threads);
    row.ranks = ranks;
    row.name += "/isa:auto" + way;
    return row;
  };
  const std::vector<Row> rows{placed(1, 2, ""), placed(1, 2, "/placement:spread"), placed(1, 4, "/placement:spread"),
                              placed(4, 1, "/exchange:fence/placement:spread"), placed(4, 1, "/ranks-per-node:2")};
  const std::vector<Bases> bases = bases_of_rows(rows);
  EXPECT_EQ(bases[2].base, 1);
  // With one rank there is nobody to speak to, and one node.
  EXPECT_EQ(bases[3].base, 1);
  EXPECT_EQ(bases[4].base, 0);
  std::vector<Row> with_one = rows;
  with_one.push_back(placed(1, 1, ""));
  for (const Bases& each : bases_of_rows(with_one)) EXPECT_EQ(each.base, 5);
}

TEST(RowName, TellsKnobsFromTheWayInWhichRanksSpeak) {
  const std::string name = "sweep/tiled/count:every/isa:auto/tile:256/wave:512-8/exchange:fence/reduce:iteration";
  EXPECT_EQ(knobs_asked_for(name), "tile:256/wave:512-8");
  EXPECT_EQ(communication_asked_for(name), "exchange:fence/reduce:iteration");
  EXPECT_EQ(knobs_asked_for("sweep/tiled/isa:auto/reduce:iteration"), "");
  EXPECT_EQ(communication_asked_for("sweep/tiled/isa:auto/reduce:iteration"), "reduce:iteration");
  EXPECT_EQ(communication_asked_for("sweep/tiled/isa:auto/tile:256"), "");
  EXPECT_EQ(communication_asked_for("sweep/tiled/isa:auto"), "");
  const std::string placed = name + "/placement:one-per-l3/ranks-per-node:2";
  EXPECT_EQ(knobs_asked_for(placed), "tile:256/wave:512-8");
  EXPECT_EQ(communication_asked_for(placed), "exchange:fence/reduce:iteration/ranks-per-node:2");
  EXPECT_EQ(placement_asked_for(placed), "placement:one-per-l3");
  EXPECT_EQ(placement_asked_for(name), "");
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
