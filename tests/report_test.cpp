#include "drivers/report/ratios.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "drivers/measure/measured_row.hpp"
#include "drivers/report/fits.hpp"
#include "drivers/report/row_name.hpp"
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

Row made_row(const Made& made) {
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
  measurement.stopped = made.problem.empty() ? StopReason::precise : StopReason::failed;
  measurement.problem = made.problem;
  measurement.isa = "generic";
  measurement.clock_hz = 1e9;
  return measured_row("sweep", point, measurement, 0, nullptr);
}

TEST(MeasuredRow, HasRateIntervalAndCellsPerCycle) {
  const Row row = made_row({.threads = 2, .seconds = 0.5});
  EXPECT_DOUBLE_EQ(*row.real_time_ms, 500);
  EXPECT_DOUBLE_EQ(*row.real_time_low_ms, 400);
  EXPECT_DOUBLE_EQ(*row.real_time_high_ms, 625);
  EXPECT_DOUBLE_EQ(*row.mcops.value, 200);
  EXPECT_DOUBLE_EQ(*row.mcops.low, 160);
  EXPECT_DOUBLE_EQ(*row.mcops.high, 250);
  EXPECT_DOUBLE_EQ(*row.cells_per_cycle, 0.1);  // of each core
  EXPECT_EQ(row.verified, true);
  EXPECT_FALSE(row.error_message);
  EXPECT_FALSE(row.limit);
  EXPECT_EQ(row.samples.size(), 6u);
}

TEST(MeasuredRow, SaysWhatPlotsNeedToKnowOfTheKernel) {
  const Row naive = made_row({});
  const Row tiled = made_row({.kernel = "tiled"});
  EXPECT_EQ(naive.bits_per_cell, find_variant("naive")->work.bits_per_cell);
  EXPECT_EQ(tiled.bits_per_cell, 1);
  EXPECT_LT(*naive.rung, *tiled.rung);
}

TEST(MeasuredRow, OfAJumpHasNoRate) {
  const Row row = made_row({.kernel = "leap"});
  EXPECT_EQ(row.kernel_class, KernelClass::closed_form);
  EXPECT_DOUBLE_EQ(*row.real_time_ms, 1000);
  EXPECT_FALSE(row.mcops.value || row.mcops.low || row.mcops.high || row.cells_per_cycle || row.limit ||
               row.fraction_of_limit);
}

TEST(MeasuredRow, OfAWeakPointCountsTheWholeRoad) {
  const Row row = made_row({.ranks = 2, .threads = 3, .weak = true});
  EXPECT_EQ(row.cells, 6'000'000);
  EXPECT_DOUBLE_EQ(*row.mcops.value, 600);
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
  const Row row = measured_row("run", point, measurement, 0, nullptr);
  EXPECT_FALSE(row.mcops.value);
  EXPECT_FALSE(row.cpu_time_ms);
  EXPECT_FALSE(row.cells_per_cycle);
}

TEST(AddRatios, NamesBaseAndLadderBase) {
  std::vector<Row> rows{made_row({.seconds = 1}), made_row({.threads = 2, .seconds = 0.625}),
                        made_row({.kernel = "tiled", .seconds = 0.01}),
                        made_row({.kernel = "tiled", .ranks = 2, .threads = 2, .seconds = 0.005})};
  add_ratios(rows, {});
  EXPECT_EQ(rows[0].speedup.base, rows[0].name);
  for (const std::optional<double> number :
       {rows[0].speedup.ratio.value, rows[0].speedup.ratio.low, rows[0].speedup.ratio.high, rows[0].efficiency.value,
        rows[0].ladder.ratio.value}) {
    EXPECT_EQ(number, 1);
  }
  EXPECT_EQ(rows[1].speedup.base, rows[0].name);
  EXPECT_DOUBLE_EQ(*rows[1].speedup.base_mcops, 100);
  EXPECT_DOUBLE_EQ(*rows[1].speedup.ratio.value, 1.6);
  EXPECT_DOUBLE_EQ(*rows[1].efficiency.value, 0.8);
  EXPECT_EQ(rows[3].speedup.base, rows[2].name);
  EXPECT_DOUBLE_EQ(*rows[3].speedup.ratio.value, 2);
  EXPECT_DOUBLE_EQ(*rows[3].efficiency.value, 0.5);
  EXPECT_EQ(rows[3].ladder.base, rows[0].name);
  EXPECT_DOUBLE_EQ(*rows[3].ladder.base_mcops, 100);
  EXPECT_DOUBLE_EQ(*rows[3].ladder.ratio.value, 200);
  EXPECT_LT(rows[3].ladder.ratio.low, rows[3].ladder.ratio.value);
  EXPECT_LT(rows[3].ladder.ratio.value, rows[3].ladder.ratio.high);
}

TEST(AddRatios, TakesWhatTheBaseTookInTheRowsOwnRounds) {
  std::vector<Row> rows{made_row({.seconds = 1}), made_row({.threads = 2, .seconds = 0.5})};
  // The clock was slower then, for both alike: the base took exactly twice as long in each round.
  std::vector<double> slower = rows[1].samples;
  for (double& seconds : slower) seconds *= 2;
  rows[1].speedup.base = rows[0].name;
  rows[1].speedup.base_mcops = 123;
  rows[1].speedup.base_samples = slower;
  add_ratios(rows, {});
  EXPECT_DOUBLE_EQ(*rows[1].speedup.base_mcops, 123);
  EXPECT_NEAR(*rows[1].speedup.ratio.value, 200.0 / 123, 1e-12);
  EXPECT_NEAR(*rows[1].speedup.ratio.low, 200.0 / 123, 1e-9);
  EXPECT_NEAR(*rows[1].speedup.ratio.high, 200.0 / 123, 1e-9);
  EXPECT_NEAR(*rows[1].efficiency.high, 100.0 / 123, 1e-9);
  // Of another base they say nothing.
  rows[1].speedup.base = "sweep/another";
  add_ratios(rows, {});
  EXPECT_TRUE(rows[1].speedup.base_samples.empty());
  EXPECT_DOUBLE_EQ(*rows[1].speedup.ratio.value, 2);
  EXPECT_LT(rows[1].speedup.ratio.low, 2);
}

TEST(FitsOf, FindsTheSerialPartOfACurve) {
  // Amdahl's law with a tenth serial.
  std::vector<Row> rows{made_row({}),
                        made_row({.ranks = 2, .seconds = 0.55}),
                        made_row({.ranks = 5, .seconds = 0.28}),
                        made_row({.ranks = 10, .seconds = 0.19}),
                        made_row({.threads = 2, .seconds = 0.55}),
                        made_row({.threads = 5, .seconds = 0.28}),
                        made_row({.kernel = "tiled"}),
                        made_row({.kernel = "tiled", .ranks = 2, .seconds = 0.5})};
  add_ratios(rows, {});
  const std::vector<Fit> fits = fits_of(rows);
  ASSERT_EQ(fits.size(), 3u);  // ranks: both laws; threads: too few rows for Gunther's; tiled: for any
  EXPECT_EQ(fits[0].law, Law::amdahl);
  EXPECT_EQ(fits[0].rows.size(), 4u);
  ASSERT_EQ(fits[0].parameters.size(), 1u);
  EXPECT_EQ(fits[0].parameters[0].name, "serial_fraction");
  EXPECT_NEAR(fits[0].parameters[0].value, 0.1, 1e-6);
  EXPECT_EQ(fits[1].law, Law::gunther);
  ASSERT_EQ(fits[1].parameters.size(), 2u);
  EXPECT_NEAR(fits[1].parameters[0].value, 0.1, 1e-4);
  EXPECT_NEAR(fits[1].parameters[1].value, 0, 1e-4);
  EXPECT_EQ(fits[2].rows.size(), 3u);
  EXPECT_FALSE(fits[2].parameters[0].low);  // the base was not measured again
  for (const Fit& fit : fits) {
    for (const double residual : fit.residuals) EXPECT_NEAR(residual, 0, 1e-6);
  }
  EXPECT_TRUE(to_json(fits[0])["parameters"]["serial_fraction"]["low"].is_null());
}

TEST(AddRatios, NeverDividesByAnotherContractRoadOrMode) {
  const Made base;
  Made others[] = {base, base, base};
  others[0].counting = CountingMode::sampled;
  others[1].cells = 2'000'000;
  others[2].weak = true;
  for (Made& other : others) {
    other.kernel = "tiled";
    std::vector<Row> rows{made_row(base), made_row(other)};
    add_ratios(rows, {});
    EXPECT_EQ(rows[1].speedup.base, rows[1].name);
    EXPECT_TRUE(!rows[1].ladder.base) << rows[1].name;
    EXPECT_TRUE(!rows[1].ladder.ratio.value) << rows[1].name;
  }
}

TEST(AddRatios, NeverDividesByAnotherMachine) {
  const Json cpu = {{"model", "A"}, {"cores", 2}, {"clock_hz", 3e9}};
  const std::vector<Json> launches{{{"cpu", cpu}, {"caches", {{{"level", 1}}}}},
                                   {{"cpu", cpu}, {"caches", {{{"level", 2}}}}},
                                   {{"cpu", cpu}, {"caches", {{{"level", 1}}}}}};
  std::vector<Row> rows{made_row({}), made_row({.ranks = 2, .seconds = 0.5}), made_row({.ranks = 4, .seconds = 0.25})};
  rows[1].run = 1;
  rows[2].run = 2;
  add_ratios(rows, launches);
  EXPECT_EQ(rows[1].speedup.base, rows[1].name);
  EXPECT_EQ(rows[2].speedup.base, rows[0].name);
}

TEST(AddRatios, ComparesWeakRowsAtTheSameCellsOfACore) {
  std::vector<Row> rows{made_row({.weak = true}), made_row({.threads = 4, .seconds = 1.25, .weak = true})};
  add_ratios(rows, {});
  EXPECT_EQ(rows[1].speedup.base, rows[0].name);
  EXPECT_DOUBLE_EQ(*rows[1].speedup.ratio.value, 3.2);
  EXPECT_DOUBLE_EQ(*rows[1].efficiency.value, 0.8);
}

TEST(AddRatios, LeavesOutRowsThatFailedWereSkippedOrHaveNoRate) {
  Point absent;
  absent.variant = find_variant("naive");
  absent.road_cells = 1'000'000;
  std::vector<Row> rows{made_row({.problem = "the road ends with 1 cars, not 2"}),
                        skipped_row("sweep", absent, "too many ranks", 0), made_row({.kernel = "leap"}),
                        made_row({.kernel = "tiled", .threads = 2})};
  add_ratios(rows, {});
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(!rows[i].speedup.base) << rows[i].name;
    EXPECT_TRUE(!rows[i].speedup.ratio.value) << rows[i].name;
  }
  EXPECT_EQ(rows[3].speedup.base, rows[3].name);
  EXPECT_TRUE(!rows[3].ladder.base);
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
  others[12].knobs = {{"tile", 256}};
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
