#include "drivers/report/report.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "drivers/report/fits.hpp"
#include "kernels/registry.hpp"

namespace trafficbench {
namespace {

struct Made {
  const char* kernel = "naive";
  int ranks = 1;
  int threads = 1;
  double seconds = 1;  ///< of the median repetition
  std::int64_t cells = 1'000'000;
  CountingMode counting = CountingMode::every;
  bool weak = false;
  std::string problem{};
};

Json row_of(const Made& made) {
  Point point;
  point.variant = find_variant(made.kernel);
  point.ranks = made.ranks;
  point.threads = made.threads;
  point.counting = made.counting;
  point.set_cells(made.weak ? ScalingMode::weak : ScalingMode::strong, made.cells);
  Measurement measurement;
  measurement.steps = 100;
  measurement.depth = 8;
  // Six repetitions: the interval reaches from the least to the greatest.
  for (const double part : {0.8, 0.9, 1.0, 1.0, 1.1, 1.25}) measurement.samples.push_back(part * made.seconds);
  measurement.cpu_seconds = measurement.samples;
  for (const double seconds : measurement.samples) measurement.rank_seconds.push_back({seconds, seconds, seconds});
  measurement.stopped = made.problem.empty() ? "precise" : "failed";
  measurement.problem = made.problem;
  measurement.isa = "generic";
  measurement.clock_hz = 1e9;
  return measured_row("sweep", point, measurement, 0, nullptr);
}

TEST(MeasuredRow, HasRateIntervalAndCellsPerCycle) {
  const Json row = row_of({.threads = 2, .seconds = 0.5});
  EXPECT_DOUBLE_EQ(row["real_time"].get<double>(), 500);
  EXPECT_DOUBLE_EQ(row["mcops"].get<double>(), 200);
  EXPECT_DOUBLE_EQ(row["mcops_low"].get<double>(), 160);
  EXPECT_DOUBLE_EQ(row["mcops_high"].get<double>(), 250);
  EXPECT_DOUBLE_EQ(row["cells_per_cycle"].get<double>(), 0.1);  // of each core
  EXPECT_EQ(row["verified"], true);
  EXPECT_FALSE(row.contains("error_message"));
  EXPECT_TRUE(row["limit"].is_null());
  EXPECT_EQ(row["samples"].size(), 6u);
}

TEST(MeasuredRow, OfAJumpHasNoRate) {
  const Json row = row_of({.kernel = "leap"});
  EXPECT_EQ(row["class"], "closed-form");
  EXPECT_DOUBLE_EQ(row["real_time"].get<double>(), 1000);
  for (const char* field : {"mcops", "mcops_low", "mcops_high", "cells_per_cycle", "limit", "fraction_of_limit"}) {
    EXPECT_TRUE(row[field].is_null()) << field;
  }
}

TEST(MeasuredRow, OfAWeakPointCountsTheWholeRoad) {
  const Json row = row_of({.ranks = 2, .threads = 3, .weak = true});
  EXPECT_EQ(row["cells"], 6'000'000);
  EXPECT_DOUBLE_EQ(row["mcops"].get<double>(), 600);
}

TEST(MeasuredRow, HasNoNumberThatIsNone) {
  Point point;
  point.variant = find_variant("naive");
  point.road_cells = 1;
  Measurement measurement;
  measurement.steps = 1;
  measurement.samples = {0.0};  // a clock that has not ticked
  measurement.cpu_seconds = {std::numeric_limits<double>::quiet_NaN()};
  measurement.clock_hz = 1e9;
  const Json row = measured_row("run", point, measurement, 0, nullptr);
  EXPECT_TRUE(row["mcops"].is_null());
  EXPECT_TRUE(row["cpu_time"].is_null());
  EXPECT_TRUE(row["cells_per_cycle"].is_null());
  // What dump() would have made null by itself would not be caught here, so look at the numbers.
  for (const auto& [key, value] : row.items()) {
    if (value.is_number_float()) {
      EXPECT_TRUE(std::isfinite(value.get<double>())) << key;
    }
  }
}

TEST(AddRatios, NamesBaseAndLadderBase) {
  std::vector<Json> rows{row_of({.seconds = 1}), row_of({.threads = 2, .seconds = 0.625}),
                         row_of({.kernel = "tiled", .seconds = 0.01}),
                         row_of({.kernel = "tiled", .ranks = 2, .threads = 2, .seconds = 0.005})};
  add_ratios(rows, {});
  EXPECT_EQ(rows[0]["base"], rows[0]["name"]);
  for (const char* field : {"speedup", "speedup_low", "speedup_high", "efficiency", "ladder_speedup"}) {
    EXPECT_DOUBLE_EQ(rows[0][field].get<double>(), 1) << field;
  }
  EXPECT_EQ(rows[1]["base"], rows[0]["name"]);
  EXPECT_DOUBLE_EQ(rows[1]["base_mcops"].get<double>(), 100);
  EXPECT_DOUBLE_EQ(rows[1]["speedup"].get<double>(), 1.6);
  EXPECT_DOUBLE_EQ(rows[1]["efficiency"].get<double>(), 0.8);
  EXPECT_EQ(rows[3]["base"], rows[2]["name"]);
  EXPECT_DOUBLE_EQ(rows[3]["speedup"].get<double>(), 2);
  EXPECT_DOUBLE_EQ(rows[3]["efficiency"].get<double>(), 0.5);
  EXPECT_EQ(rows[3]["ladder_base"], rows[0]["name"]);
  EXPECT_DOUBLE_EQ(rows[3]["ladder_base_mcops"].get<double>(), 100);
  EXPECT_DOUBLE_EQ(rows[3]["ladder_speedup"].get<double>(), 200);
  EXPECT_LT(rows[3]["ladder_speedup_low"], rows[3]["ladder_speedup"]);
  EXPECT_LT(rows[3]["ladder_speedup"], rows[3]["ladder_speedup_high"]);
}

TEST(AddRatios, TakesWhatTheBaseTookInTheRowsOwnRounds) {
  std::vector<Json> rows{row_of({.seconds = 1}), row_of({.threads = 2, .seconds = 0.5})};
  // The clock was slower then, for both alike: the base took exactly twice as long in each round.
  std::vector<double> slower = rows[1]["samples"];
  for (double& seconds : slower) seconds *= 2;
  rows[1]["base"] = rows[0]["name"];
  rows[1]["base_mcops"] = 123;
  rows[1]["base_samples"] = slower;
  add_ratios(rows, {});
  EXPECT_DOUBLE_EQ(rows[1]["base_mcops"].get<double>(), 123);
  EXPECT_NEAR(rows[1]["speedup"].get<double>(), 200.0 / 123, 1e-12);
  EXPECT_NEAR(rows[1]["speedup_low"].get<double>(), 200.0 / 123, 1e-9);
  EXPECT_NEAR(rows[1]["speedup_high"].get<double>(), 200.0 / 123, 1e-9);
  EXPECT_NEAR(rows[1]["efficiency_high"].get<double>(), 100.0 / 123, 1e-9);
  // Of another base they say nothing.
  rows[1]["base"] = "sweep/another";
  add_ratios(rows, {});
  EXPECT_FALSE(rows[1].contains("base_samples"));
  EXPECT_DOUBLE_EQ(rows[1]["speedup"].get<double>(), 2);
  EXPECT_LT(rows[1]["speedup_low"], 2);
}

TEST(FitsOf, FindsTheSerialPartOfACurve) {
  // Amdahl's law with a tenth serial.
  std::vector<Json> rows{row_of({}),
                         row_of({.ranks = 2, .seconds = 0.55}),
                         row_of({.ranks = 5, .seconds = 0.28}),
                         row_of({.ranks = 10, .seconds = 0.19}),
                         row_of({.threads = 2, .seconds = 0.55}),
                         row_of({.threads = 5, .seconds = 0.28}),
                         row_of({.kernel = "tiled"}),
                         row_of({.kernel = "tiled", .ranks = 2, .seconds = 0.5})};
  add_ratios(rows, {});
  const Json fits = fits_of(rows);
  ASSERT_EQ(fits.size(), 3u);  // ranks: both laws; threads: too few rows for Gunther's; tiled: for any
  EXPECT_EQ(fits[0]["law"], "amdahl");
  EXPECT_EQ(fits[0]["rows"].size(), 4u);
  EXPECT_NEAR(fits[0]["parameters"]["serial_fraction"]["value"].get<double>(), 0.1, 1e-6);
  EXPECT_EQ(fits[1]["law"], "gunther");
  EXPECT_NEAR(fits[1]["parameters"]["contention"]["value"].get<double>(), 0.1, 1e-4);
  EXPECT_NEAR(fits[1]["parameters"]["coherency"]["value"].get<double>(), 0, 1e-4);
  EXPECT_EQ(fits[2]["rows"].size(), 3u);
  EXPECT_TRUE(fits[2]["parameters"]["serial_fraction"]["low"].is_null());  // the base was not measured again
  for (const Json& fit : fits) {
    for (const Json& residual : fit["residuals"]) EXPECT_NEAR(residual.get<double>(), 0, 1e-6);
  }
}

TEST(AddRatios, NeverDividesByAnotherContractRoadOrMode) {
  const Made base;
  Made others[] = {base, base, base};
  others[0].counting = CountingMode::sampled;
  others[1].cells = 2'000'000;
  others[2].weak = true;
  for (Made& other : others) {
    other.kernel = "tiled";
    std::vector<Json> rows{row_of(base), row_of(other)};
    add_ratios(rows, {});
    EXPECT_EQ(rows[1]["base"], rows[1]["name"]);
    EXPECT_TRUE(rows[1]["ladder_base"].is_null()) << rows[1]["name"];
    EXPECT_TRUE(rows[1]["ladder_speedup"].is_null()) << rows[1]["name"];
  }
}

TEST(AddRatios, NeverDividesByAnotherMachine) {
  const Json cpu = {{"model", "A"}, {"cores", 2}, {"clock_hz", 3e9}};
  const std::vector<Json> runs{
      {{"cpu", cpu}, {"caches", 1}}, {{"cpu", cpu}, {"caches", 2}}, {{"cpu", cpu}, {"caches", 1}}};
  std::vector<Json> rows{row_of({}), row_of({.ranks = 2, .seconds = 0.5}), row_of({.ranks = 4, .seconds = 0.25})};
  rows[1]["run"] = 1;
  rows[2]["run"] = 2;
  add_ratios(rows, runs);
  EXPECT_EQ(rows[1]["base"], rows[1]["name"]);
  EXPECT_EQ(rows[2]["base"], rows[0]["name"]);
}

TEST(AddRatios, WeakRowsCompareAtTheSameCellsOfACore) {
  std::vector<Json> rows{row_of({.weak = true}), row_of({.threads = 4, .seconds = 1.25, .weak = true})};
  add_ratios(rows, {});
  EXPECT_EQ(rows[1]["base"], rows[0]["name"]);
  EXPECT_DOUBLE_EQ(rows[1]["speedup"].get<double>(), 3.2);
  EXPECT_DOUBLE_EQ(rows[1]["efficiency"].get<double>(), 0.8);
}

TEST(AddRatios, LeavesOutRowsThatFailedWereSkippedOrHaveNoRate) {
  Point absent;
  absent.variant = find_variant("naive");
  absent.road_cells = 1'000'000;
  std::vector<Json> rows{row_of({.problem = "the road ends with 1 cars, not 2"}),
                         skipped_row("sweep", absent, "too many ranks", 0), row_of({.kernel = "leap"}),
                         row_of({.kernel = "tiled", .threads = 2})};
  add_ratios(rows, {});
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(rows[i]["base"].is_null()) << rows[i]["name"];
    EXPECT_TRUE(rows[i]["speedup"].is_null()) << rows[i]["name"];
  }
  EXPECT_EQ(rows[3]["base"], rows[3]["name"]);
  EXPECT_TRUE(rows[3]["ladder_base"].is_null());
  EXPECT_FALSE(all_verified(rows));
  rows.erase(rows.begin());
  EXPECT_TRUE(all_verified(rows));
}

TEST(RowName, SpellsEveryAxis) {
  Point point;
  point.variant = find_variant("tiled");
  point.road_cells = 1'000'000'000;
  point.ranks = 2;
  const std::string name = row_name("sweep", point);
  Point others[] = {point, point, point, point, point, point, point, point, point, point, point, point, point};
  others[0].variant = find_variant("naive");
  others[1].road_cells += 1;
  others[2].ranks = 3;
  others[3].threads = 2;
  others[4].set_cells(ScalingMode::weak, point.road_cells);
  others[5].counting = CountingMode::sampled;
  others[6].depth = 64;
  others[7].steps = 5;
  others[8].start.density = 0.5;
  others[9].start.init = "uni";
  others[10].start.seed = 1;
  others[11].isa = "avx2";
  others[12].tile_words = 256;
  for (const Point& other : others) EXPECT_NE(row_name("sweep", other), name);
  EXPECT_EQ(row_name("sweep", point), name);
  EXPECT_NE(name.find("sweep/tiled/cells:1e9/ranks:2/threads:1/depth:auto/count:every"), std::string::npos) << name;
}

TEST(RowName, OfAWeakPointSpellsTheCellsOfEachCore) {
  Point point;
  point.variant = find_variant("tiled");
  point.ranks = 2;
  point.threads = 3;
  point.set_cells(ScalingMode::weak, 1000);
  EXPECT_EQ(point.road_cells, 6000);
  const std::string name = row_name("sweep", point);
  EXPECT_NE(name.find("/cells:1e3/"), std::string::npos) << name;
  EXPECT_NE(name.find("/mode:weak/"), std::string::npos) << name;
  point.set_cells(ScalingMode::strong, 1000);
  EXPECT_EQ(point.road_cells, 1000);
  EXPECT_FALSE(point.cells_per_core.has_value());
}

}  // namespace
}  // namespace trafficbench
