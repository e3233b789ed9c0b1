#include "drivers/report/fastest.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/expected_values.hpp"
#include "tests/made_up_row.hpp"

namespace trafficbench {
namespace {

/// A row of visits 0, 1, ... of one launch, a repetition each.
Row row_of_one_each(const std::vector<double>& seconds) {
  std::vector<MadeUpVisit> visits;
  for (const double each : seconds) {
    visits.push_back({.run = 0, .visit = static_cast<std::int64_t>(visits.size()), .seconds = {each}});
  }
  return made_up_row("sweep/a", visits);
}

TEST(Tie, OfRowsOfTheSameVisitsIsDecidedByTheirRatio) {
  const std::vector<double> base{1, 2, 3, 4, 5, 6};
  std::vector<double> little_faster;
  std::vector<double> sometimes_faster;
  for (const double seconds : base) {
    little_faster.push_back(0.99 * seconds);
    sometimes_faster.push_back((seconds < 3 ? 1.01 : 0.99) * seconds);
  }
  // Their intervals overlap nearly all over.
  EXPECT_EQ(is_tie(row_of_one_each(base), row_of_one_each(little_faster)), false);
  EXPECT_EQ(is_tie(row_of_one_each(little_faster), row_of_one_each(base)), false);
  EXPECT_EQ(is_tie(row_of_one_each(base), row_of_one_each(sometimes_faster)), true);
  EXPECT_FALSE(is_tie(row_of_one_each({1, 1, 1, 1, 1}), row_of_one_each({2, 2, 2, 2, 2})).has_value())
      << "five visits tell nothing";
}

TEST(Tie, OfRowsThatShareNoVisitIsDecidedByTheirIntervals) {
  const auto later = [](Row row) {
    row.sample_runs.assign(row.samples.size(), 1);
    return row;
  };
  const Row row = row_of_one_each({1, 2, 3, 4, 5, 6});
  EXPECT_EQ(is_tie(row, later(row_of_one_each({5, 7, 8, 9, 10, 11}))), true);
  EXPECT_EQ(is_tie(later(row_of_one_each({5, 7, 8, 9, 10, 11})), row), true);
  EXPECT_EQ(is_tie(row, later(row_of_one_each({7, 7, 8, 9, 10, 11}))), false);
  EXPECT_EQ(is_tie(later(row_of_one_each({7, 7, 8, 9, 10, 11})), row), false);
  EXPECT_FALSE(is_tie(row, later(row_of_one_each({7, 7}))).has_value()) << "one has no interval";
}

/// A row of the file: one entry a repetition.
Row row_of(const ExpectedValues& values) {
  const std::vector<double> runs = values.numbers("runs");
  const std::vector<double> visits = values.numbers("visits");
  const std::vector<double> seconds = values.numbers("seconds");
  std::vector<MadeUpVisit> made;
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    const auto run = static_cast<std::size_t>(runs[i]);
    const auto visit = static_cast<std::int64_t>(visits[i]);
    if (made.empty() || made.back().run != run || made.back().visit != visit) made.push_back({run, visit, {}});
    made.back().seconds.push_back(seconds[i]);
  }
  return made_up_row("sweep/a", made);
}

TEST(Fastest, IsWhatTheScriptsSay) {
  for (const ExpectedValues& expected : ExpectedValues("fastest.json").list("cases")) {
    SCOPED_TRACE(expected.text());
    std::vector<Row> rows;
    for (const ExpectedValues& row : expected.list("rows")) rows.push_back(row_of(row));
    std::vector<const Row*> members;
    for (const Row& row : rows) members.push_back(&row);
    const Fastest found = fastest_of(members);
    const auto place_of = [&](const Row* row) { return static_cast<double>(row - rows.data()); };
    std::vector<double> tied;
    for (const Row* row : found.tied) tied.push_back(place_of(row));
    std::vector<double> by_median;
    if (found.by_median != nullptr) by_median.push_back(place_of(found.by_median));
    EXPECT_EQ(place_of(found.row), expected.number("fastest"));
    EXPECT_EQ(tied, expected.numbers("tied"));
    EXPECT_EQ(found.is_untold, expected.count("untold") != 0);
    EXPECT_EQ(by_median, expected.numbers("by_median"));
  }
}

}  // namespace
}  // namespace trafficbench
