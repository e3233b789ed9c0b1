#include "drivers/report/ratios.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "drivers/measure/measured_row.hpp"
#include "drivers/report/append.hpp"
#include "drivers/report/fits.hpp"
#include "drivers/report/row_name.hpp"
#include "kernels/registry.hpp"

namespace trafficbench {
namespace {

struct Made {
  const char* kernel = "naive";
  int ranks = 1;
  int threads = 1;
  double seconds = 1;  ///< of the median visit
  std::int64_t cells = 1'000'000;
  CountingMode counting = CountingMode::every;
  bool weak = false;
  std::string problem{};
  std::int64_t first_visit = 0;
};

/// The row of six visits of a repetition each: the interval reaches from the least to the greatest.
Row made_row(const Made& made) {
  Point point;
  point.variant = find_variant(made.kernel);
  point.ranks = made.ranks;
  point.threads = made.threads;
  point.counting = made.counting;
  point.set_cells(made.weak ? ScalingMode::weak : ScalingMode::strong, made.cells);
  Measurement measurement;
  measurement.length = {.steps = 100, .restarts = 1};
  measurement.depth = 8;
  measurement.problem = made.problem;
  measurement.isa = "generic";
  measurement.clock_hz = {1e9};
  std::optional<Row> row;
  VisitOfRow visit{.run = 0, .visit = made.first_visit};
  for (const double part : {0.8, 0.9, 1.0, 1.0, 1.1, 1.25}) {
    const double seconds = part * made.seconds;
    measurement.samples = measurement.cpu_seconds = {seconds};
    measurement.rank_seconds = {{seconds, seconds, seconds}};
    const Row of_visit = measured_row("sweep", point, measurement, visit, StopReason::fixed);
    // One that failed is measured no more.
    if (!made.problem.empty()) return of_visit;
    if (!row) {
      row = of_visit;
    } else {
      EXPECT_EQ(append_samples(*row, of_visit), "");
    }
    ++visit.visit;
  }
  return *row;
}

TEST(MeasuredRow, HasRateIntervalAndCellsPerCycle) {
  const Row row = made_row({.threads = 2, .seconds = 0.5});
  EXPECT_DOUBLE_EQ(*row.real_time_ns, 5e6);  // of each iteration
  EXPECT_DOUBLE_EQ(*row.real_time_low_ns, 4e6);
  EXPECT_DOUBLE_EQ(*row.real_time_high_ns, 6.25e6);
  EXPECT_EQ(row.interval_over, IntervalOver::visits);
  EXPECT_DOUBLE_EQ(*row.mcops.value, 200);
  EXPECT_DOUBLE_EQ(*row.mcops.low, 160);
  EXPECT_DOUBLE_EQ(*row.mcops.high, 250);
  EXPECT_DOUBLE_EQ(*row.mcops_best, 250);
  EXPECT_DOUBLE_EQ(*row.cells_per_cycle, 0.1);  // of each core
  EXPECT_EQ(row.verified, true);
  EXPECT_FALSE(row.error_message);
  EXPECT_FALSE(row.limit);
  EXPECT_EQ(row.samples.size(), 6u);
  EXPECT_EQ(row.stopped, StopReason::fixed);
}

TEST(MeasuredRow, OfAShortRunHasTheIterationsOfAllRestartsInASample) {
  Point point;
  point.variant = find_variant("naive");
  point.road_cells = 1000;
  Measurement measurement;
  measurement.length = {.steps = 100, .restarts = 50};
  measurement.samples = {0.5, 1.0};
  measurement.cpu_seconds = measurement.samples;
  const Row row = measured_row("sweep", point, measurement, {.run = 2, .visit = 3}, StopReason::budget);
  EXPECT_EQ(row.steps, 100);
  EXPECT_EQ(row.sample_steps, (std::vector<std::int64_t>{5000, 5000}));
  EXPECT_EQ(row.sample_runs, (std::vector<std::size_t>{2, 2}));
  EXPECT_EQ(row.sample_visits, (std::vector<std::int64_t>{3, 3}));
  EXPECT_DOUBLE_EQ(*row.real_time_ns, 0.75e9 / 5000);
  EXPECT_DOUBLE_EQ(*row.mcops_best, 1000 * 5000 / 0.5 / 1e6);
  EXPECT_EQ(row.stopped, StopReason::budget);
  EXPECT_FALSE(row.mcops.low || row.interval_over) << "of one visit";
}

TEST(MeasuredRow, HoldsItsFastestRepetitionAgainstItsLimit) {
  Point point;
  point.variant = find_variant("bitsliced");
  point.road_cells = 1000;
  Measurement measurement;
  measurement.length = {.steps = 100, .restarts = 1};
  measurement.samples = {1e-6, 2e-6, 2e-6};
  measurement.isa = "made up";
  Ceiling ceiling{
      .clock_hz = 1e9, .boolean = {{.isa = "made up", .register_bits = 256, .two_operand = 4}}, .bandwidth = {}};
  Row row = measured_row("sweep", point, measurement, {}, StopReason::fixed);
  EXPECT_FALSE(row.limit);
  add_limit(row, point, ceiling);
  EXPECT_EQ(row.limit, "made up operations");
  EXPECT_DOUBLE_EQ(*row.mcops_best, 100'000);
  EXPECT_DOUBLE_EQ(*row.fraction_of_limit, 100'000 / *row.limit_mcops);
  point.counting = CountingMode::sampled;
  Row sampled = measured_row("sweep", point, measurement, {}, StopReason::fixed);
  add_limit(sampled, point, ceiling);
  EXPECT_GT(sampled.limit_mcops, row.limit_mcops) << "nobody counts";
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
  EXPECT_EQ(row.row_class, RowClass::closed_form);
  EXPECT_DOUBLE_EQ(*row.real_time_ns, 1e9);  // of all its iterations
  EXPECT_FALSE(row.mcops.value || row.mcops.low || row.mcops.high || row.mcops_best || row.cells_per_cycle ||
               row.limit || row.limit_mcops || row.fraction_of_limit);
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
  measurement.length = {.steps = 1, .restarts = 1};
  measurement.samples = {0.0};  // a clock that has not ticked
  measurement.cpu_seconds = {std::numeric_limits<double>::quiet_NaN()};
  measurement.clock_hz = {1e9};
  const Row row = measured_row("run", point, measurement, {}, StopReason::fixed);
  EXPECT_FALSE(row.mcops.value || row.mcops_best);
  EXPECT_FALSE(row.cpu_time_ns);
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
}

TEST(AddRatios, AreOverTheVisitsThatBothShare) {
  // Whatever disturbs a visit disturbs both: in each of them the base took twice as long.
  std::vector<Row> rows{made_row({.seconds = 1}), made_row({.threads = 2, .seconds = 0.5})};
  add_ratios(rows, {});
  EXPECT_LT(*rows[1].mcops.low, 0.9 * *rows[1].mcops.value);
  for (const std::optional<double> number : {rows[1].speedup.ratio.low, rows[1].speedup.ratio.high}) {
    EXPECT_NEAR(*number, 2, 1e-12);
  }
  EXPECT_NEAR(*rows[1].efficiency.low, 1, 1e-12);
  // Two of the six: visits 4 and 5, in which the base was slow. No interval from so few.
  rows[1] = made_row({.threads = 2, .seconds = 0.5, .first_visit = 4});
  add_ratios(rows, {});
  EXPECT_NEAR(*rows[1].speedup.base_mcops, 100 / ((1.1 + 1.25) / 2), 1e-9);
  EXPECT_NEAR(*rows[1].speedup.ratio.value, (1.1 / 0.4 + 1.25 / 0.45) / 2, 1e-9);
  EXPECT_FALSE(rows[1].speedup.ratio.low || rows[1].speedup.ratio.high || rows[1].efficiency.low);
}

TEST(AddRatios, OfRowsThatShareNoVisitAreThoseOfTheirHeadlines) {
  std::vector<Row> rows{made_row({.seconds = 1}), made_row({.threads = 2, .seconds = 0.5, .first_visit = 6})};
  add_ratios(rows, {});
  EXPECT_DOUBLE_EQ(*rows[1].speedup.base_mcops, 100);
  EXPECT_DOUBLE_EQ(*rows[1].speedup.ratio.value, 2);
  // From 160 over 125 to 250 over 80.
  EXPECT_DOUBLE_EQ(*rows[1].speedup.ratio.low, 1.28);
  EXPECT_DOUBLE_EQ(*rows[1].speedup.ratio.high, 3.125);
  EXPECT_DOUBLE_EQ(*rows[1].efficiency.low, 0.64);
  EXPECT_DOUBLE_EQ(*rows[1].efficiency.high, 1.5625);
}

TEST(FitsOf, FindsTheSerialPartOfACurve) {
  // Amdahl's law with a tenth serial.
  std::vector<Row> rows{made_row({}),
                        made_row({.ranks = 2, .seconds = 0.55}),
                        made_row({.ranks = 5, .seconds = 0.28}),
                        made_row({.ranks = 10, .seconds = 0.19}),
                        made_row({.threads = 2, .seconds = 0.55, .first_visit = 1}),
                        made_row({.threads = 5, .seconds = 0.28, .first_visit = 1}),
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
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    EXPECT_NEAR(*fits[i].parameters[0].low, 0.1, 1e-4) << "every visit has the same ratio";
    for (const double residual : fits[i].residuals) EXPECT_NEAR(residual, 0, 1e-6);
  }
  EXPECT_FALSE(fits[2].parameters[0].low) << "of five visits that are shared";
  EXPECT_TRUE(to_json(fits[2])["parameters"]["serial_fraction"]["low"].is_null());
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
  for (const std::size_t run : {std::size_t{1}, std::size_t{2}}) rows[run].sample_runs.assign(6, run);
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
                        skipped_row("sweep", absent, "too many ranks"), made_row({.kernel = "leap"}),
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
  std::vector<Point> others(14, point);
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
  others[13].wave = "512-8-17-0-2-8";
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
