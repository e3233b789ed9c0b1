#include "drivers/machine/energy_trace.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace trafficbench {
namespace {

/// A counter of so many watts that changes ten times a second, looked at every 20 ms from 0 to `until`.
EnergyTrace steady(double watts, double until, bool tells_time = false) {
  EnergyTrace trace;
  for (int look = 0; 0.02 * look <= until; ++look) {
    const int tick = look / 5;
    trace.add(0.02 * look,
              EnergyReading{100 + watts * 0.1 * tick, tells_time ? std::optional(5e9 + 0.1 * tick) : std::nullopt});
  }
  return trace;
}

TEST(MeanPower, IsThatBetweenTwoChangesOfTheCounter) {
  for (const bool tells_time : {false, true}) {
    const EnergyTrace trace = steady(300, 6, tells_time);
    for (const auto& [began, ended] : {std::pair{0.0, 6.0}, {0.33, 5.55}, {2.0, 2.45}}) {
      const MeanPower power = trace.between(began, ended);
      EXPECT_EQ(power.fault, "");
      EXPECT_NEAR(power.watts, 300, 1e-2) << began << " to " << ended;
    }
  }
}

TEST(MeanPower, IsByTheCountersOwnClockWhereItHasOne) {
  // Seen late by 60 ms at the end, as where nobody looked for a while.
  EnergyTrace trace;
  trace.add(0.0, EnergyReading{0, 10.0});
  trace.add(0.1, EnergyReading{20, 10.1});
  trace.add(1.16, EnergyReading{220, 11.1});
  EXPECT_NEAR(trace.between(0, 2).watts, 200, 1e-6);
}

TEST(MeanPower, IsByOwnClockWhereThatOfTheCounterIsWrong) {
  for (const double stamp : {10.1, 7.0, 1e9}) {
    EnergyTrace trace;
    trace.add(0.0, EnergyReading{0, 10.0});
    trace.add(0.1, EnergyReading{20, 10.1});
    trace.add(1.1, EnergyReading{220, stamp});
    EXPECT_NEAR(trace.between(0, 2).watts, 200, 1e-6) << stamp;
  }
}

TEST(MeanPower, IsNotKnownWhereTheCounterChangedLessThanTwice) {
  EXPECT_EQ(EnergyTrace().between(0, 10).fault, "changed less than twice");
  EnergyTrace trace = steady(300, 1);
  EXPECT_EQ(trace.between(0.41, 0.59).fault, "changed less than twice");
  EXPECT_EQ(trace.between(5, 6).fault, "changed less than twice");
  EXPECT_EQ(trace.between(0.41, 0.65).fault, "");
}

TEST(MeanPower, IsNotKnownOfACounterThatStoodStill) {
  EnergyTrace trace = steady(300, 1);
  for (double now = 1.02; now < 3.2; now += 0.02) trace.add(now, EnergyReading{400, {}});
  EXPECT_EQ(trace.between(0, 10).fault, "stood still for more than 2 s");
  // It stays so when it goes on.
  trace.add(3.22, EnergyReading{410, {}});
  EXPECT_EQ(trace.between(0, 10).fault, "stood still for more than 2 s");
  // Also where nobody looked in between.
  EnergyTrace rare;
  rare.add(0, EnergyReading{0, {}});
  rare.add(1, EnergyReading{10, {}});
  rare.add(3.5, EnergyReading{20, {}});
  EXPECT_EQ(rare.between(0, 10).fault, "stood still for more than 2 s");
}

TEST(MeanPower, IsNotKnownOfACounterThatCouldNotBeRead) {
  EnergyTrace trace = steady(300, 1);
  // A moment is no matter.
  trace.add(1.02, {});
  trace.add(1.1, EnergyReading{430, {}});
  EXPECT_EQ(trace.between(0, 10).fault, "");
  for (double now = 1.12; now < 3.2; now += 0.02) trace.add(now, {});
  EXPECT_EQ(trace.between(0, 10).fault, "could not be read for more than 2 s");
  EnergyTrace never;
  for (double now = 0; now < 3; now += 0.02) never.add(now, {});
  EXPECT_EQ(never.between(0, 10).fault, "could not be read for more than 2 s");
}

TEST(MeanPower, IsNotKnownOfACounterThatJumped) {
  EnergyTrace back = steady(300, 1);
  back.add(1.1, EnergyReading{12, {}});
  EXPECT_TRUE(back.between(0, 10).fault.starts_with("jumped by -")) << back.between(0, 10).fault;
  EnergyTrace ahead = steady(300, 1);
  ahead.add(1.1, EnergyReading{400 + 2e4, {}});
  EXPECT_TRUE(ahead.between(0, 10).fault.starts_with("jumped by ")) << ahead.between(0, 10).fault;
  // The largest node that may be: 90 kW.
  EXPECT_EQ(steady(9e4, 1).between(0, 10).fault, "");
}

}  // namespace
}  // namespace trafficbench
