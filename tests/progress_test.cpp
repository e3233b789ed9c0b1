#include "drivers/command/progress.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace trafficbench {
namespace {

/// Of a clock that goes when it is told to.
class ProgressOfAFile : public testing::Test {
 protected:
  Progress::Clock clock() {
    return [this] { return now_; };
  }

  /// What was said since the last call.
  std::string said() {
    std::string text = testing::internal::GetCapturedStderr();
    testing::internal::CaptureStderr();
    return text;
  }

  void SetUp() override {
    setenv("TRAFFICBENCH_STDERR_COLUMNS", "0", 1);
    testing::internal::CaptureStderr();
  }
  void TearDown() override {
    testing::internal::GetCapturedStderr();
    unsetenv("TRAFFICBENCH_STDERR_COLUMNS");
  }

  double now_ = 1000;
};

TEST_F(ProgressOfAFile, SaysNoTimeThatNobodyKnows) {
  Progress progress(3, 0, clock());
  progress.done("one");
  EXPECT_EQ(said(), "[1/3] one\n");
}

TEST_F(ProgressOfAFile, CountsDownFromItsForecast) {
  Progress progress(2, 0, clock());
  progress.forecast(100);
  now_ += 30;
  progress.done("one");
  EXPECT_EQ(said(), "[1/2, 1m10s left] one\n");
  progress.forecast(20);
  now_ += 25;
  progress.done("two");
  EXPECT_EQ(said(), "[2/2, 0s left] two\n");
}

TEST_F(ProgressOfAFile, GoesByWhatWasDoneWhereThereIsNoForecast) {
  Progress progress(1, 50, clock());
  now_ += 20;
  progress.so_far(10, "reading");
  EXPECT_EQ(said(), "[0/1, 1m20s left] reading\n");
}

TEST_F(ProgressOfAFile, ShowsWhatMovesInsideALongItemEveryTenSeconds) {
  Progress progress(1, 0, clock());
  for (int second = 0; second < 35; ++second) {
    now_ += 1;
    progress.moved("round " + std::to_string(second));
  }
  EXPECT_EQ(said(), "[0/1] round 9\n[0/1] round 19\n[0/1] round 29\n");
}

TEST_F(ProgressOfAFile, CountsItemsThatAreWorthNoLine) {
  Progress progress(2, 0, clock());
  progress.done("");
  EXPECT_EQ(said(), "");
  progress.done("two");
  EXPECT_EQ(said(), "[2/2] two\n");
}

}  // namespace
}  // namespace trafficbench
