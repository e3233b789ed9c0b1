#include "drivers/report/scaling_laws.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/expected_values.hpp"

namespace trafficbench {
namespace {

using Numbers = std::vector<double>;

TEST(ScalingLaw, IsWhatTheFormulaSays) {
  EXPECT_DOUBLE_EQ((ScalingLaw{0.1, 0}.speedup(1)), 1);
  EXPECT_DOUBLE_EQ((ScalingLaw{0.1, 0}.speedup(11)), 5.5);
  EXPECT_DOUBLE_EQ((ScalingLaw{0, 0.01}.speedup(10)), 10 / 1.9);
}

TEST(FitLaw, ComesToTheLeastSquaresOfScipy) {
  const auto expected = expected_values("statistics.json");
  for (const auto& curve : expected["fits"]) {
    const auto cores = curve["cores"].get<Numbers>();
    const auto speedups = curve["speedups"].get<Numbers>();
    for (const auto& [name, law] : {std::pair{"amdahl", Law::amdahl}, {"gunther", Law::gunther}}) {
      SCOPED_TRACE(curve["name"].get<std::string>() + ", " + name);
      const ScalingLaw found = fit_law(law, cores, speedups);
      const auto& best = curve[name];
      double sum = 0;
      for (std::size_t i = 0; i < cores.size(); ++i) {
        const double residual = speedups[i] - found.speedup(cores[i]);
        sum += residual * residual;
        EXPECT_NEAR(residual, best["residuals"][i].get<double>(), 1e-5) << i;
      }
      EXPECT_LE(sum, best["sum_of_squares"].get<double>() * (1 + 1e-6) + 1e-12);
      EXPECT_NEAR(found.sigma, best["sigma"].get<double>(), 1e-5);
      EXPECT_NEAR(found.kappa, best["kappa"].get<double>(), 1e-6);
      if (law == Law::amdahl) {
        EXPECT_EQ(found.kappa, 0);
      }
    }
  }
}

TEST(FitLaw, OfOnePointBesideTheBaseGoesThroughIt) {
  const ScalingLaw found = fit_law(Law::amdahl, Numbers{1, 4}, Numbers{1, 2.5});
  EXPECT_NEAR(found.speedup(4), 2.5, 1e-9);
}

}  // namespace
}  // namespace trafficbench
