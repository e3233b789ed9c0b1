#include "drivers/base/statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "tests/expected_values.hpp"

namespace trafficbench {
namespace {

/// 1 .. n in a random order: a value is its own rank.
std::vector<double> ranks(int n) {
  std::vector<double> values(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i) + 1;
  std::ranges::shuffle(values, std::mt19937(1));
  return values;
}

TEST(Median, IsTheMiddleOrTheMeanOfTheTwoMiddleOnes) {
  EXPECT_EQ(median(std::vector{3.0}), 3.0);
  EXPECT_EQ(median(std::vector{5.0, 1.0}), 3.0);
  EXPECT_EQ(median(std::vector{9.0, 1.0, 2.0}), 2.0);
  EXPECT_EQ(median(std::vector{4.0, 1.0, 3.0, 100.0}), 3.5);
  EXPECT_EQ(median(ranks(1001)), 501.0);
}

TEST(MedianInterval, HasTheRanksThatTheTablesHave) {
  // Le Boudec, Performance Evaluation of Computer and Communication Systems (2010), appendix A.
  const struct {
    int n;
    double low;
    double high;
  } table[] = {{6, 1, 6},   {7, 1, 7},   {8, 1, 8},   {9, 2, 8},    {10, 2, 9},   {12, 3, 10},
               {15, 4, 12}, {20, 6, 15}, {25, 8, 18}, {30, 10, 21}, {100, 40, 61}};
  for (const auto& row : table) {
    const auto interval = median_interval(ranks(row.n));
    ASSERT_TRUE(interval) << row.n;
    EXPECT_EQ(interval->low, row.low) << row.n;
    EXPECT_EQ(interval->high, row.high) << row.n;
  }
}

/// Rows of Pascal's triangle, halved at every step: probabilities of a fair coin.
std::vector<double> coin(int n) {
  std::vector<double> row{1};
  for (int i = 0; i < n; ++i) {
    std::vector<double> next(row.size() + 1);
    for (std::size_t k = 0; k < row.size(); ++k) {
      next[k] += row[k] / 2;
      next[k + 1] += row[k] / 2;
    }
    row = next;
  }
  return row;
}

TEST(MedianInterval, IsTheNarrowestSymmetricOneWithNinetyFivePercent) {
  for (int n = 1; n <= 400; ++n) {
    const std::vector<double> probability = coin(n);
    // Ranks j and n + 1 - j hold the median unless fewer than j values lie on one side of it.
    int best = 0;
    for (int j = 1; 2 * j < n + 1; ++j) {
      double inside = 0;
      for (int k = j; k <= n - j; ++k) inside += probability[static_cast<std::size_t>(k)];
      if (inside >= 0.95) best = j;
    }
    const auto interval = median_interval(ranks(n));
    ASSERT_EQ(interval.has_value(), best > 0) << n;
    if (interval) {
      EXPECT_EQ(interval->low, best) << n;
      EXPECT_EQ(interval->high, n + 1 - best) << n;
    }
  }
}

TEST(MedianInterval, IsLeftOutBelowSixValues) {
  for (int n = 1; n < 6; ++n) EXPECT_FALSE(median_interval(ranks(n))) << n;
}

TEST(MedianInterval, HasTheRanksThatScipyGives) {
  for (const ExpectedValues& row : ExpectedValues("statistics.json").list("median_interval")) {
    const auto interval = median_interval(ranks(row.count("n")));
    ASSERT_TRUE(interval) << row.text();
    EXPECT_EQ(interval->low, row.number("low_rank")) << row.text();
    EXPECT_EQ(interval->high, row.number("high_rank")) << row.text();
  }
}

}  // namespace
}  // namespace trafficbench
