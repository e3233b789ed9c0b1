#include "drivers/report/append.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "drivers/report/energy.hpp"
#include "drivers/report/fields.hpp"
#include "tests/json_text.hpp"
#include "tests/made_up_row.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

Row row_of(const std::vector<MadeUpVisit>& visits) { return made_up_row("sweep/a", visits); }

Row of_visit(std::int64_t visit) { return made_up_row("sweep/a", 1, visit); }

TEST(AppendSamples, PutsThemInTheOrderOfLaunchesAndVisits) {
  Row row = row_of({{0, 1, {3, 4}}, {2, 0, {7}}});
  row.sample_clock_hz = {30, 40, 70};
  row.rank_seconds = {{1, 2, 3}, {2, 3, 4}, {5, 6, 7}};
  Row more = row_of({{0, 0, {1, 2}}, {1, 5, {5}}, {2, 1, {8, 9}}});
  more.sample_clock_hz = {10, 20, 50, 80, 90};
  more.rank_seconds = {{1, 1, 1}, {1, 1, 2}, {1, 1, 5}, {1, 1, 8}, {1, 1, 9}};
  more.sample_steps = {11, 12, 15, 18, 19};
  EXPECT_EQ(append_samples(row, more), "");
  EXPECT_EQ(row.samples, (std::vector<double>{1, 2, 3, 4, 5, 7, 8, 9}));
  EXPECT_EQ(row.cpu_seconds, row.samples);
  EXPECT_EQ(row.sample_runs, (std::vector<std::size_t>{0, 0, 0, 0, 1, 2, 2, 2}));
  EXPECT_EQ(row.sample_visits, (std::vector<std::int64_t>{0, 0, 1, 1, 5, 0, 1, 1}));
  EXPECT_EQ(row.sample_steps, (std::vector<std::int64_t>{11, 12, 10, 10, 15, 10, 18, 19}));
  EXPECT_EQ(row.sample_clock_hz, (std::vector<double>{10, 20, 30, 40, 50, 70, 80, 90}));
  ASSERT_EQ(row.rank_seconds.size(), row.samples.size());
  for (std::size_t i = 0; i < row.samples.size(); ++i) EXPECT_EQ(row.rank_seconds[i].max, row.samples[i]);
}

TEST(AppendSamples, WorksTheRateOutAnew) {
  Row row = of_visit(0);
  for (int visit = 1; visit < 6; ++visit) {
    EXPECT_FALSE(row.interval_over || row.mcops.low);
    EXPECT_EQ(append_samples(row, made_up_row("sweep/a", 1 + visit, visit)), "");
  }
  EXPECT_EQ(row.interval_over, IntervalOver::visits);
  EXPECT_DOUBLE_EQ(*row.mcops.low, 1);
  EXPECT_DOUBLE_EQ(*row.mcops.high, 6);
  EXPECT_DOUBLE_EQ(*row.mcops_best, 6);
}

TEST(AppendSamples, KeepsTheFirstStripesThatAreKnown) {
  Row row = of_visit(0);
  Row more = of_visit(1);
  row.stripes_note = "lfs takes longer than 5 s";
  more.stripe_count = 4;
  more.stripe_bytes = 1048576;
  EXPECT_EQ(append_samples(row, more), "");
  EXPECT_EQ(row.stripe_count, 4);
  EXPECT_EQ(row.stripes_note, "lfs takes longer than 5 s");
  more = of_visit(2);
  more.stripe_count = 12;
  more.stripe_bytes = 1048576;
  EXPECT_EQ(append_samples(row, more), "");
  EXPECT_EQ(row.stripe_count, 4);
  EXPECT_EQ(row.stripes_note, "12 of 1048576 bytes in other visits");
}

/// That it is refused, and that nothing is changed.
std::string refused(Row row, const Row& more) {
  const Json before = to_json(row);
  const std::string fault = append_samples(row, more);
  EXPECT_EQ(to_json(row), before);
  return fault;
}

TEST(AppendSamples, RefusesAVisitTwice) {
  const Row row = row_of({{0, 0, {1, 1}}, {1, 3, {1}}});
  EXPECT_EQ(refused(row, made_up_row("sweep/a", 1, 3, 1)), "has visit 3 of launch 1 twice");
  EXPECT_EQ(refused(row, row_of({{0, 0, {1}}, {5, 0, {1}}})), "has visit 0 of launch 0 twice");
  Row other = row;
  EXPECT_EQ(append_samples(other, made_up_row("sweep/a", 1, 3, 0)), "");
}

TEST(AppendSamples, RefusesOtherWorkAndNamesTheOptionThatFixesIt) {
  struct Case {
    const char* what;
    std::function<void(Row&)> change;
    const char* option;
  };
  const Case cases[] = {
      {"depth", [](Row& row) { row.depth = 8; }, ": --depth fixes it"},
      {"isa", [](Row& row) { row.isa = "avx2"; }, ": --isa fixes it"},
      {"configuration", [](Row& row) { row.configuration = "blocks"; },
       ": --wave and the kernel's other options fix it"},
      {"steps", [](Row& row) { row.steps = 20; }, ": --steps fixes it"},
      {"cars", [](Row& row) { row.cars = 7; }, ""},
      {"cells", [](Row& row) { row.cells = 999; }, ""},
      {"origins", [](Row& row) { row.origin = Origin::simulated; }, ""},
      {"verified", [](Row& row) { row.verification = VerificationMethod::windows; }, ""},
      {"restarted", [](Row& row) { row.restarted = false; }, ""},
  };
  for (const Case& each : cases) {
    const Trying trying({{"what", each.what}});
    Row more = of_visit(1);
    each.change(more);
    const std::string fault = refused(of_visit(0), more);
    EXPECT_NE(fault.find(each.what), std::string::npos) << fault;
    EXPECT_TRUE(fault.ends_with(each.option)) << fault;
  }
}

TEST(AppendSamples, TakesOtherIterationsWhereTheRateDoesNotDependOnThem) {
  const auto made = [](const char* kernel, RowClass row_class, std::int64_t steps) {
    Row row = of_visit(steps);
    row.kernel = kernel;
    row.row_class = row_class;
    row.steps = steps;
    row.sample_steps = {steps};
    return row;
  };
  Row row = made("tiled", RowClass::update, 10);
  EXPECT_EQ(append_samples(row, made("tiled", RowClass::update, 20)), "");
  EXPECT_EQ(row.steps, 10);
  EXPECT_EQ(row.sample_steps, (std::vector<std::int64_t>{10, 20}));
  EXPECT_NE(refused(made("leap", RowClass::closed_form, 10), made("leap", RowClass::closed_form, 20)).find("--jump"),
            std::string::npos);
  // Of a kernel that this build has not, nobody knows.
  EXPECT_NE(refused(made("novel", RowClass::update, 10), made("novel", RowClass::update, 20)).find("--steps"),
            std::string::npos);
}

TEST(AppendSamples, WeighsSharesByTime) {
  Row row = row_of({{0, 0, {1, 2}}});
  row.shares = Shares{0.9, 0.04, 0.02, 0.01};
  Row more = row_of({{0, 1, {9}}});
  more.shares = Shares{0.5, 0.4, 0.06, 0.03};
  EXPECT_EQ(append_samples(row, more), "");
  ASSERT_TRUE(row.shares);
  EXPECT_DOUBLE_EQ(row.shares->compute, 0.25 * 0.9 + 0.75 * 0.5);
  EXPECT_DOUBLE_EQ(row.shares->exchange, 0.25 * 0.04 + 0.75 * 0.4);
  EXPECT_DOUBLE_EQ(row.shares->reduction, 0.25 * 0.02 + 0.75 * 0.06);
  EXPECT_DOUBLE_EQ(row.shares->waiting, 0.25 * 0.01 + 0.75 * 0.03);
}

TEST(AppendSamples, DropsWhatOneOfThemLacks) {
  Row whole = of_visit(0);
  whole.shares = Shares{1, 0, 0, 0};
  whole.sample_clock_hz = {1e9};
  whole.rank_seconds = {{0.01, 0.01, 0.01}};
  Row bare = of_visit(1);
  bare.cpu_seconds.clear();
  for (const auto& [first, second] : {std::pair(whole, bare), std::pair(bare, whole)}) {
    Row row = first;
    EXPECT_EQ(append_samples(row, second), "");
    EXPECT_EQ(row.samples.size(), 2u);
    EXPECT_TRUE(row.cpu_seconds.empty() && row.sample_clock_hz.empty() && row.rank_seconds.empty() && !row.shares);
    Row read;
    EXPECT_EQ(read_row(to_json(row), Completeness::whole, read), "");
  }
}

TEST(AppendSamples, KeepsFailuresAndWarningsOfBoth) {
  Row failed = of_visit(1);
  failed.verified = false;
  failed.stopped = StopReason::failed;
  failed.error_message = "a car was lost";
  failed.warnings = {Warning::clock_changed};
  Row good = of_visit(0);
  good.warnings = {Warning::shared_core};
  for (const auto& [first, second] : {std::pair(good, failed), std::pair(failed, good)}) {
    Row row = first;
    EXPECT_EQ(append_samples(row, second), "");
    EXPECT_TRUE(row.failed());
    EXPECT_EQ(row.stopped, StopReason::failed);
    EXPECT_EQ(row.error_message, "a car was lost");
    EXPECT_EQ(row.warnings, (std::set<Warning>{Warning::clock_changed, Warning::shared_core}));
  }
}

TEST(AppendSamples, HoldsTheBestAgainstTheHigherLimit) {
  const auto with_limit = [](std::int64_t visit, const char* name, double mcops) {
    Row row = of_visit(visit);
    row.limit = name;
    row.limit_mcops = mcops;
    work_out_rate(row);
    return row;
  };
  for (const bool is_first_higher : {true, false}) {
    Row row = with_limit(0, is_first_higher ? "L1" : "memory", is_first_higher ? 4 : 2);
    EXPECT_EQ(append_samples(row, with_limit(1, is_first_higher ? "memory" : "L1", is_first_higher ? 2 : 4)), "");
    EXPECT_EQ(row.limit, "L1");
    EXPECT_EQ(row.limit_mcops, 4);
    EXPECT_DOUBLE_EQ(*row.fraction_of_limit, 0.25);
  }
}

/// A row of 10 iterations of 1000 cells whose energy was read.
Row with_energy(std::int64_t visit, EnergySource source, double joules, std::int64_t steps) {
  Row row = of_visit(visit);
  set_energy(row, {source, joules, 5, steps});
  return row;
}

TEST(SetEnergy, IsOfOneRepetition) {
  const Row row = with_energy(0, EnergySource::rapl, 600, 2000);
  EXPECT_DOUBLE_EQ(*row.energy_joules, 3);
  EXPECT_DOUBLE_EQ(*row.updates_per_joule, 1000.0 * 10 / 3);
  EXPECT_EQ(row.energy_run_steps, 2000);
  EXPECT_EQ(row.energy_run_seconds, 5);
  EXPECT_EQ(row.energy_source, EnergySource::rapl);
}

TEST(AppendSamples, TakesTheJoulesOfBothOverTheIterationsOfBoth) {
  const auto rapl = EnergySource::rapl;
  const std::vector<Row> rows{with_energy(0, rapl, 600, 2000), with_energy(1, rapl, 100, 1000), of_visit(2),
                              with_energy(3, rapl, 900, 1000)};
  std::vector<std::size_t> order{0, 1, 2, 3};
  do {
    Row row = rows[order[0]];
    for (std::size_t i = 1; i < order.size(); ++i) EXPECT_EQ(append_samples(row, rows[order[i]]), "");
    EXPECT_DOUBLE_EQ(*row.energy_joules, 10 * 1600.0 / 4000) << "whatever the order";
    EXPECT_DOUBLE_EQ(*row.updates_per_joule, 1000 * 4000 / 1600.0);
    EXPECT_EQ(row.energy_run_steps, 4000);
    EXPECT_EQ(row.energy_run_seconds, 15);
  } while (std::ranges::next_permutation(order).found);
}

TEST(AppendSamples, TakesOfTwoKindsOfMetersThatOfTheWholeNode) {
  const Row rapl = with_energy(0, EnergySource::rapl, 600, 2000);
  const Row node = with_energy(1, EnergySource::pm_counters, 900, 1000);
  for (const auto& [first, second] : {std::pair(rapl, node), std::pair(node, rapl)}) {
    Row row = first;
    EXPECT_EQ(append_samples(row, second), "");
    EXPECT_EQ(row.energy_source, EnergySource::pm_counters);
    EXPECT_DOUBLE_EQ(*row.energy_joules, 9);
  }
}

TEST(AppendSamples, KeepsJoulesOfNoRunUntilThereAreOthers) {
  Row told = of_visit(0);
  told.energy_joules = 7;
  told.energy_source = EnergySource::sacct;
  work_out_rate(told);
  Row row = of_visit(1);
  EXPECT_EQ(append_samples(row, told), "");
  EXPECT_DOUBLE_EQ(*row.energy_joules, 7);
  EXPECT_EQ(append_samples(row, of_visit(2)), "");
  EXPECT_DOUBLE_EQ(*row.energy_joules, 7);
  EXPECT_EQ(append_samples(row, with_energy(3, EnergySource::rapl, 600, 2000)), "");
  EXPECT_DOUBLE_EQ(*row.energy_joules, 3);
  EXPECT_EQ(row.energy_source, EnergySource::rapl);
}

TEST(AppendSamples, AddsNoIterationsBeyondWhatACountHolds) {
  Row row = with_energy(0, EnergySource::rapl, 600, INT64_MAX - 1);
  EXPECT_EQ(append_samples(row, with_energy(1, EnergySource::rapl, 600, 2)), "");
  EXPECT_EQ(row.energy_run_steps, INT64_MAX - 1);
}

}  // namespace
}  // namespace trafficbench
