#include "drivers/command/ladder_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "tests/made_up_row.hpp"

namespace trafficbench {
namespace {

struct MadeUpPoint {
  std::string kernel;
  double mcops = 1;
  int threads = 1;
  std::string depth = "auto";
  std::string knobs = "";
  std::int64_t cells = 1000;
  CountingMode count = CountingMode::every;
  int visits = 6;
  int ranks = 1;
};

/// Visits that are a little slower one after the other.
Row row_at(const MadeUpPoint& point) {
  const std::string name = "sweep/" + point.kernel + "/cells:" + std::to_string(point.cells) +
                           "/ranks:" + std::to_string(point.ranks) + "/threads:" + std::to_string(point.threads) +
                           "/depth:" + point.depth + "/count:" + std::string(name_of(point.count)) +
                           "/steps:auto/mode:strong/density:0.5/init:philox/seed:1/isa:auto" + point.knobs;
  std::vector<MadeUpVisit> visits;
  for (int visit = 0; visit < point.visits; ++visit) {
    visits.push_back({.run = 0, .visit = visit, .seconds = {0.01 / point.mcops * (1 + 0.01 * visit)}});
  }
  Row row = made_up_row(name, visits);
  row.kernel = point.kernel;
  row.cells = point.cells;
  row.ranks = point.ranks;
  row.threads = point.threads;
  row.count = point.count;
  work_out_rate(row);
  return row;
}

std::string said_of(const std::vector<MadeUpPoint>& points, std::size_t columns = 80) {
  std::vector<Row> rows;
  for (const MadeUpPoint& point : points) rows.push_back(row_at(point));
  add_ratios(rows, {});
  return ladder_text(rows, columns);
}

/// What stands before the table, in one line.
std::string sentence_of(const std::string& said) {
  std::string sentence = said.substr(1, said.find("\n\n") - 1);
  std::ranges::replace(sentence, '\n', ' ');
  return sentence;
}

std::string heads_of(const std::string& said) {
  const std::size_t begin = said.find("\nkernel") + 1;
  return said.substr(begin, said.find('\n', begin) - begin);
}

TEST(LadderText, SaysHowManyTimesTheFastestIsFasterThanNaive) {
  const std::string said = said_of({{.kernel = "naive", .mcops = 2}, {.kernel = "tiled", .mcops = 5000}});
  EXPECT_EQ(sentence_of(said),
            "tiled on one core ran 2,500 times faster than naive on one core (95% interval 2,500 to 2,500), at 1e3 "
            "cells, moves counted in every iteration.");
}

TEST(LadderText, CallsTiesLevel) {
  std::vector<Row> rows{row_at({.kernel = "naive", .mcops = 2}), row_at({.kernel = "tiled", .mcops = 5000}),
                        row_at({.kernel = "paired", .mcops = 5000})};
  rows[1].samples[0] *= 0.9;
  rows[1].samples[1] *= 1.1;
  work_out_rate(rows[1]);
  add_ratios(rows, {});
  const std::string said = sentence_of(ladder_text(rows, 80));
  EXPECT_TRUE(said.starts_with("tiled on one core and paired on one core are level: tiled on one core ran 2,5"))
      << said;
}

TEST(LadderText, SaysTheRateWhereThereIsNoNaive) {
  const std::string several =
      sentence_of(said_of({{.kernel = "paired", .mcops = 20}, {.kernel = "tiled", .mcops = 50}}));
  EXPECT_TRUE(several.starts_with("tiled on one core is the fastest with 48.8 MCOPs (95% interval 47.6 to 50.0), at"))
      << several;
}

TEST(LadderText, CallsALoneKernelNothing) {
  const std::string said = sentence_of(said_of({{.kernel = "tiled", .mcops = 50, .threads = 2}}));
  EXPECT_TRUE(said.starts_with("tiled on 2 cores ran at 48.8 MCOPs (95% interval 47.6 to 50.0), at")) << said;
  EXPECT_EQ(said.find("fastest"), std::string::npos);
}

TEST(LadderText, CallsTheBaseItselfTheFastestByItsRate) {
  const std::string said = sentence_of(said_of({{.kernel = "naive", .mcops = 9}, {.kernel = "tiled", .mcops = 5}}));
  EXPECT_TRUE(said.starts_with("naive on one core is the fastest with 8.78 MCOPs")) << said;
}

TEST(LadderText, SaysThatFewVisitsTellNothing) {
  const std::string said = sentence_of(said_of({{.kernel = "naive", .mcops = 9, .visits = 2},
                                                {.kernel = "paired", .mcops = 18, .visits = 2},
                                                {.kernel = "tiled", .mcops = 18, .visits = 2}}));
  EXPECT_NE(said.find("ran 2.00 times faster than naive on one core (too few visits for an interval)"),
            std::string::npos)
      << said;
  EXPECT_TRUE(said.ends_with("; without intervals of six visits ties cannot be told.")) << said;
}

TEST(LadderText, HasAColumnForEachAxisThatVaries) {
  const std::string plain = heads_of(said_of({{.kernel = "naive", .mcops = 2}, {.kernel = "tiled", .mcops = 5000}}));
  EXPECT_EQ(plain, "kernel  MCOPs  +-%  n  x naive    95% interval  naive   best")
      << "no column but those that say something";
  const std::string varied = said_of({{.kernel = "naive", .mcops = 2},
                                      {.kernel = "tiled", .mcops = 5000, .threads = 2, .depth = "4"},
                                      {.kernel = "tiled", .mcops = 6000, .depth = "16", .knobs = "/tile:256"}},
                                     120);
  for (const char* axis : {"threads", "depth", "tile"}) {
    EXPECT_NE(heads_of(varied).find(axis), std::string::npos) << axis;
  }
  EXPECT_EQ(heads_of(varied).find("ranks"), std::string::npos);
  EXPECT_NE(varied.find("\ntiled   1        16     256   "), std::string::npos) << varied;
  EXPECT_NE(varied.find("\ntiled   2        4      auto  "), std::string::npos) << varied;
  EXPECT_NE(varied.find("\nnaive   1        auto   -     "), std::string::npos) << varied;
}

TEST(LadderText, NamesWhatTellsTheFastestFromOthersOfItsKernel) {
  const std::string said = sentence_of(said_of({{.kernel = "naive", .mcops = 2, .depth = "16"},
                                                {.kernel = "tiled", .mcops = 5000, .depth = "4"},
                                                {.kernel = "tiled", .mcops = 6000, .depth = "16"}}));
  EXPECT_TRUE(said.starts_with("tiled (depth 16) on one core ran ")) << said;
  const std::string shapes = sentence_of(
      said_of({{.kernel = "tiled", .mcops = 5000, .threads = 2}, {.kernel = "tiled", .mcops = 6000, .ranks = 2}}));
  EXPECT_TRUE(shapes.starts_with("tiled on 2 ranks x 1 thread ran ")) << shapes;
}

TEST(LadderText, TakesNoAxisForVaryingThatASkippedRowLacks) {
  std::vector<Row> rows{row_at({.kernel = "naive", .mcops = 2}), row_at({.kernel = "tiled", .mcops = 5000, .ranks = 2}),
                        row_at({.kernel = "tiled", .threads = 2})};
  rows[0].isa = rows[1].isa = "avx2";
  rows[2].isa.reset();
  rows[2].mcops = {};
  rows[2].skipped = "it is too long";
  add_ratios(rows, {});
  const std::string said = ladder_text(rows, 80);
  EXPECT_EQ(heads_of(said).find("isa"), std::string::npos) << said;
  EXPECT_TRUE(sentence_of(said).starts_with("tiled on 2 cores ran ")) << said;
}

TEST(LadderText, NamesNoWayThatARowDoesNotHave) {
  std::vector<Row> rows{row_at({.kernel = "naive", .mcops = 2}),
                        row_at({.kernel = "tiled", .mcops = 6000, .threads = 2}),
                        row_at({.kernel = "tiled", .mcops = 5000, .knobs = "/exchange:fence", .ranks = 2})};
  rows[2].exchange = "fence";
  add_ratios(rows, {});
  EXPECT_TRUE(sentence_of(ladder_text(rows, 80)).starts_with("tiled on 1 rank x 2 threads ran "))
      << ladder_text(rows, 80);
}

TEST(LadderText, CallsNoRowTheFastestThatWasMeasuredUnderAWarning) {
  std::vector<Row> rows{row_at({.kernel = "naive", .mcops = 2}), row_at({.kernel = "paired", .mcops = 4000}),
                        row_at({.kernel = "tiled", .mcops = 5000})};
  rows[2].warnings.insert(Warning::shared_core);
  add_ratios(rows, {});
  EXPECT_TRUE(sentence_of(ladder_text(rows, 80)).ends_with("; without 1 row measured under a warning."))
      << ladder_text(rows, 80);
  EXPECT_TRUE(sentence_of(ladder_text(rows, 80)).starts_with("paired on one core ran ")) << ladder_text(rows, 80);
}

TEST(LadderText, IsAsWideAsItsTerminal) {
  std::vector<MadeUpPoint> points{{.kernel = "naive", .mcops = 2}};
  for (const char* depth : {"4", "16"}) {
    for (const int threads : {1, 2}) {
      points.push_back({.kernel = "bitsliced", .mcops = 512345, .threads = threads, .depth = depth});
    }
  }
  for (const std::size_t columns : {40u, 60u, 80u, 200u}) {
    const std::string said = said_of(points, columns);
    for (std::size_t at = 0; at < said.size();) {
      const std::size_t end = said.find('\n', at);
      EXPECT_LE(end - at, columns) << said;
      at = end + 1;
    }
    for (const char* head : {"threads", "depth", "MCOPs"}) EXPECT_NE(heads_of(said).find(head), std::string::npos);
    EXPECT_EQ(heads_of(said).find("best") != std::string::npos, columns >= 80);
  }
}

TEST(LadderText, HasColumnsOfEnergyWhereThatWasMeasured) {
  std::vector<Row> rows{row_at({.kernel = "naive", .mcops = 2}),
                        row_at({.kernel = "tiled", .mcops = 5000, .threads = 2})};
  rows[1].energy_joules = 50;
  for (Row& row : rows) work_out_rate(row);
  add_ratios(rows, {});
  for (const std::size_t columns : {80u, 200u}) {
    const std::string said = ladder_text(rows, columns);
    EXPECT_NE(heads_of(said).find("  J/iteration  updates/J"), std::string::npos) << said;
    EXPECT_NE(said.find("            5        200"), std::string::npos) << said;
  }
}

TEST(LadderText, ShowsOneRoadAndNamesTheOthers) {
  const std::string said = said_of({{.kernel = "naive", .mcops = 2},
                                    {.kernel = "naive", .mcops = 2, .cells = 2000},
                                    {.kernel = "tiled", .mcops = 3, .cells = 2000},
                                    {.kernel = "tiled", .mcops = 4, .cells = 100000}});
  EXPECT_NE(sentence_of(said).find("at 2e3 cells"), std::string::npos) << said;
  EXPECT_NE(said.find("\nOther roads, in the report: 1e3, 1e5 cells.\n"), std::string::npos) << said;
}

TEST(LadderText, HasASentenceAndATableForEachCountingMode) {
  std::string said =
      said_of({{.kernel = "tiled", .mcops = 2}, {.kernel = "tiled", .mcops = 4, .count = CountingMode::sampled}});
  EXPECT_NE(said.find("\nkernel"), said.rfind("\nkernel"));
  std::ranges::replace(said, '\n', ' ');
  EXPECT_NE(said.find("moves counted in every iteration."), std::string::npos) << said;
  EXPECT_NE(said.find("moves counted in the last iteration only."), std::string::npos) << said;
}

TEST(LadderText, SaysWhyNothingWasMeasured) {
  std::vector<Row> rows{row_at({.kernel = "naive"}), row_at({.kernel = "tiled"})};
  for (Row& row : rows) {
    row.mcops = {};
    row.skipped = "there are not so many cores";
  }
  EXPECT_EQ(ladder_text(rows, 80), "\nNothing was measured: all 2 points were skipped: there are not so many cores\n");
  rows[1].skipped = "it is too long";
  EXPECT_EQ(ladder_text(rows, 200),
            "\nNothing was measured: all 2 points were skipped: there are not so many cores (1 more reason, in the "
            "report)\n");
  rows.pop_back();
  EXPECT_EQ(ladder_text(rows, 80), "\nNothing was measured: the point was skipped: there are not so many cores\n");
}

TEST(LadderText, SaysWhatIsAmissInThePlaceOfARate) {
  std::vector<Row> rows{row_at({.kernel = "naive"}), row_at({.kernel = "paired", .threads = 2}),
                        row_at({.kernel = "leap"})};
  rows[0].verified = false;
  rows[0].error_message = "its hash differs";
  rows[1].skipped = "no such cores";
  rows[1].mcops = {};
  rows[2].row_class = RowClass::closed_form;
  rows[2].mcops = {};
  rows[2].mcops_best = {};
  rows[2].real_time_ns = 2e9;
  const std::string said = ladder_text(rows, 80);
  EXPECT_EQ(said.find("MCOPs"), std::string::npos) << "neither a column nor its meaning";
  EXPECT_EQ(sentence_of(said), "No rate was measured at 1e3 cells, moves counted in every iteration.");
  EXPECT_NE(said.find("naive   1        NOT VERIFIED: its hash differs\n"), std::string::npos) << said;
  EXPECT_NE(said.find("paired  2        skipped: no such cores\n"), std::string::npos) << said;
  EXPECT_NE(said.find("leap    1        closed form: 10 iterations in 2 s\n"), std::string::npos) << said;
}

}  // namespace
}  // namespace trafficbench
