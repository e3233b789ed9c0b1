#include "drivers/report/scaling_laws.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/expected_values.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

using Values = std::vector<double>;

TEST(ScalingLaw, IsWhatTheFormulaSays) {
  EXPECT_DOUBLE_EQ((ScalingLaw{0.1, 0}.speedup(1)), 1);
  EXPECT_DOUBLE_EQ((ScalingLaw{0.1, 0}.speedup(11)), 5.5);
  EXPECT_DOUBLE_EQ((ScalingLaw{0, 0.01}.speedup(10)), 10 / 1.9);
}

TEST(FitLaw, ComesToTheLeastSquaresOfScipy) {
  for (const ExpectedValues& curve : ExpectedValues("statistics.json").list("fits")) {
    const Values cores = curve.numbers("cores");
    const Values speedups = curve.numbers("speedups");
    for (const auto& [name, law] : {std::pair{"amdahl", Law::amdahl}, {"gunther", Law::gunther}}) {
      const Trying trying({{"law", name}, {"curve", curve.text()}});
      const ScalingLaw found = fit_law(law, cores, speedups);
      const ExpectedValues best = curve.object(name);
      const Values residuals = best.numbers("residuals");
      double sum = 0;
      for (std::size_t i = 0; i < cores.size(); ++i) {
        const double residual = speedups[i] - found.speedup(cores[i]);
        sum += residual * residual;
        EXPECT_NEAR(residual, residuals.at(i), 1e-5) << "point " << i;
      }
      EXPECT_LE(sum, best.number("sum_of_squares") * (1 + 1e-6) + 1e-12);
      EXPECT_NEAR(found.sigma, best.number("sigma"), 1e-5);
      EXPECT_NEAR(found.kappa, best.number("kappa"), 1e-6);
      if (law == Law::amdahl) {
        EXPECT_EQ(found.kappa, 0);
      }
    }
  }
}

TEST(FitLaw, OfOnePointBesideTheBaseGoesThroughIt) {
  const ScalingLaw found = fit_law(Law::amdahl, Values{1, 4}, Values{1, 2.5});
  EXPECT_NEAR(found.speedup(4), 2.5, 1e-9);
}

}  // namespace
}  // namespace trafficbench
