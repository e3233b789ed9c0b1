#include "drivers/plan/time_budget.hpp"

#include <gtest/gtest.h>

#include "drivers/base/wall_clock.hpp"

namespace trafficbench {
namespace {

TEST(TimeBudget, LearnsHowGoodItsGuessesAre) {
  TimeBudget budget(wall_seconds(), 1000);
  EXPECT_TRUE(budget.fits(500));
  EXPECT_FALSE(budget.fits(1000));  // a part is kept back
  budget.learn(10, 30);
  EXPECT_FALSE(budget.fits(500));
  EXPECT_TRUE(budget.fits(300));
  EXPECT_TRUE(budget.fits_for_certain(500));
  EXPECT_FALSE(budget.fits_for_certain(1000));
}

TEST(TimeBudget, EndsBeforeItsLimitAndNeverWithoutOne) {
  const TimeBudget budget(100, 50);
  EXPECT_GT(budget.deadline().seconds, 100);
  EXPECT_LT(budget.deadline().seconds, 150);
  EXPECT_TRUE(TimeBudget(0, 0).fits(1e9));
  EXPECT_TRUE(TimeBudget(0, 0).fits_for_certain(1e9));
  EXPECT_GT(TimeBudget(0, 0).deadline().seconds, 1e100);
}

}  // namespace
}  // namespace trafficbench
