#include "drivers/road/phase_times.hpp"

#include <gtest/gtest.h>

namespace trafficbench {
namespace {

TEST(SampledTimer, TimesEveryLongPhaseAndFewShortOnes) {
  SampledTimer of_long;
  SampledTimer of_short;
  int long_timed = 0;
  int short_timed = 0;
  for (int i = 0; i < 10000; ++i) {
    if (of_long.due()) of_long.add(1e-3), ++long_timed;
    if (of_short.due()) of_short.add(1e-6), ++short_timed;
  }
  EXPECT_EQ(long_timed, 10000);
  EXPECT_DOUBLE_EQ(of_long.scale(), 1);
  EXPECT_LT(short_timed, 1000);
  EXPECT_GT(short_timed, 100);
}

TEST(SampledTimer, IsUnbiasedWhereLongOnesCluster) {
  SampledTimer timer;
  double truth = 0;
  double sampled = 0;
  for (int i = 0; i < 2'000'000; ++i) {
    const double seconds = i % 20000 < 500 ? 1e-4 : 1e-6;
    truth += seconds;
    if (!timer.due()) continue;
    sampled += timer.weight() * seconds;
    timer.add(seconds);
  }
  EXPECT_NEAR(timer.scale() * sampled, truth, 0.1 * truth);
}

}  // namespace
}  // namespace trafficbench
