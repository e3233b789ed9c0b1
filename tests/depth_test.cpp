#include "kernels/depth.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "drivers/road/simulation.hpp"
#include "kernels/registry.hpp"

namespace trafficbench {
namespace {

constexpr std::int64_t kLongRoad = std::int64_t{1} << 40;

Variant at_rate(double cells_per_nanosecond) {
  Variant variant;
  variant.nominal_rate = cells_per_nanosecond;
  return variant;
}

/// The model's cost of an iteration beyond its own cells, in seconds.
double cost(double depth, double exchange_seconds, double cells_per_second) {
  return exchange_seconds / depth + (depth - 1) / cells_per_second;
}

TEST(Depth, IsCheapestByItsOwnModel) {
  for (const double rate : {0.5, 10.0, 400.0, 1800.0}) {
    for (const double exchange : {2e-7, 5e-6, 1e-3}) {
      const auto chosen = static_cast<double>(choose_depth(at_rate(rate), kLongRoad, exchange));
      const double least = cost(std::sqrt(exchange * rate * 1e9), exchange, rate * 1e9);
      // Rounding to whole words may cost a quarter, as a factor of two would.
      EXPECT_LE(cost(chosen, exchange, rate * 1e9), 1.25 * least) << rate << " " << exchange;
    }
  }
}

TEST(Depth, GrowsWithTheCostOfAnExchangeAndWithTheRate) {
  EXPECT_LT(choose_depth(at_rate(100), kLongRoad, 1e-6), choose_depth(at_rate(100), kLongRoad, 1e-4));
  EXPECT_LT(choose_depth(at_rate(1), kLongRoad, 1e-5), choose_depth(at_rate(1000), kLongRoad, 1e-5));
}

TEST(Depth, IsAtLeastOne) {
  EXPECT_EQ(choose_depth(at_rate(0.6), kLongRoad, 0.0), 1);
  for (std::int64_t cells = 1; cells < 8; ++cells) {
    EXPECT_EQ(choose_depth(at_rate(1800), cells, 1.0), 1) << cells;
  }
}

TEST(Depth, IsAtMostAQuarterOfTheSegment) {
  EXPECT_EQ(choose_depth(at_rate(1800), 100, 1.0), 25);
  EXPECT_EQ(choose_depth(at_rate(1800), 4000, 1.0), 960);
  EXPECT_EQ(choose_depth(at_rate(1800), 4096, std::numeric_limits<double>::infinity()), 1024);
}

TEST(Depth, IsAMultipleOf64Above64) {
  for (double exchange = 1e-8; exchange < 1e-2; exchange *= 1.3) {
    const std::int64_t depth = choose_depth(at_rate(700), kLongRoad, exchange);
    EXPECT_TRUE(depth <= 64 || depth % 64 == 0) << depth;
  }
}

TEST(Depth, HoldsAWholeTripWhereTheSegmentAllows) {
  Variant variant = at_rate(1);
  variant.work.iterations_per_trip = 192;
  EXPECT_EQ(choose_depth(variant, kLongRoad, 0.0), 192);
  EXPECT_EQ(choose_depth(variant, 400, 0.0), 64);
  variant.work.iterations_per_trip = 200;
  EXPECT_GE(choose_depth(variant, kLongRoad, 0.0), 200);
}

TEST(Depth, FitsEveryRegisteredVariant) {
  for (const Variant* variant : variants()) {
    for (const std::int64_t cells : {std::int64_t{1}, std::int64_t{1000}, kLongRoad}) {
      const std::int64_t depth = choose_depth(*variant, cells, 2e-6);
      EXPECT_GE(depth, 1) << variant->name;
      EXPECT_LE(depth, std::max<std::int64_t>(1, cells / 4)) << variant->name;
    }
  }
}

TEST(Depth, OfARoadIsThatOfItsWorkersAtTheNominalCost) {
  const Variant variant = at_rate(1800);
  EXPECT_LT(nominal_exchange_seconds(1, 1), nominal_exchange_seconds(1, 2));
  EXPECT_LT(nominal_exchange_seconds(1, 2), nominal_exchange_seconds(2, 1));
  EXPECT_EQ(nominal_exchange_seconds(2, 1), nominal_exchange_seconds(4, 8));
  EXPECT_EQ(auto_depth(variant, 1'000'000, 1, 1), choose_depth(variant, 1'000'000, nominal_exchange_seconds(1, 1)));
  EXPECT_EQ(auto_depth(variant, 1'000'000, 1, 4), choose_depth(variant, 250'000, nominal_exchange_seconds(1, 4)));
  EXPECT_EQ(auto_depth(variant, 1'000'000, 5, 4), choose_depth(variant, 50'000, nominal_exchange_seconds(5, 4)));
  // More workers than cells.
  EXPECT_EQ(auto_depth(variant, 3, 2, 4), 1);
}

TEST(Depth, OfAMeasuredCostIsTheSameWithinAFactorOfTwo) {
  const Variant variant = at_rate(1800);
  const auto depth = [&](double seconds) { return auto_depth(variant, kLongRoad, 2, 1, seconds); };
  const std::int64_t of_four = choose_depth(variant, kLongRoad / 2, 4e-6 + nominal_exchange_seconds(1, 1));
  for (const double seconds : {2.1e-6, 4e-6, 7.9e-6}) EXPECT_EQ(depth(seconds), of_four) << seconds;
  EXPECT_LT(depth(1.9e-6), of_four);
  EXPECT_GT(depth(8.1e-6), of_four);
  EXPECT_GE(depth(1e-300), 1);
  EXPECT_LE(depth(1e300), kLongRoad / 8);
}

/// The program's `--depth auto`.
TEST(Depth, OfASimulationIsTheNominalOne) {
  for (const Variant* variant : variants()) {
    if (variant->kernel_class != KernelClass::update) continue;
    for (const int ranks : {1, 3}) {
      for (const int threads : {1, 4}) {
        SimulationSetup setup;
        setup.variant = variant;
        setup.cells = 1'000'000;
        setup.threads = threads;
        EXPECT_EQ(Simulation::depth(setup, ranks), auto_depth(*variant, setup.cells, ranks, threads))
            << variant->name << ", ranks " << ranks << ", threads " << threads;
        setup.depth = 7;
        EXPECT_EQ(Simulation::depth(setup, ranks), 7)
            << variant->name << ", ranks " << ranks << ", threads " << threads;
      }
    }
  }
}

}  // namespace
}  // namespace trafficbench
