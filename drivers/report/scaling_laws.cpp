#include "drivers/report/scaling_laws.hpp"

#include <algorithm>
#include <vector>

namespace trafficbench {

namespace {

struct Measured {
  std::span<const double> cores;
  std::span<const double> speedups;

  double sum_of_squares(const ScalingLaw& law) const {
    double sum = 0;
    for (std::size_t i = 0; i < cores.size(); ++i) {
      const double residual = speedups[i] - law.speedup(cores[i]);
      sum += residual * residual;
    }
    return sum;
  }
};

/// What a step towards the least squares needs, of the parameters that are free.
struct Normal {
  double a = 0;  // [a b] is J^T J, g is J^T residual
  double b = 0;
  double c = 0;
  double g_sigma = 0;
  double g_kappa = 0;
};

Normal normal_equations(const Measured& curve, const ScalingLaw& law) {
  Normal normal;
  for (std::size_t i = 0; i < curve.cores.size(); ++i) {
    const double p = curve.cores[i];
    const double speedup = law.speedup(p);
    // d speedup / d sigma = -speedup^2 (p - 1) / p, and with kappa p times that.
    const double by_sigma = -speedup * speedup * (p - 1) / p;
    const double by_kappa = by_sigma * p;
    const double residual = curve.speedups[i] - speedup;
    normal.a += by_sigma * by_sigma;
    normal.b += by_sigma * by_kappa;
    normal.c += by_kappa * by_kappa;
    normal.g_sigma += by_sigma * residual;
    normal.g_kappa += by_kappa * residual;
  }
  return normal;
}

/// Levenberg's damped steps from `law`, on the parameters that are free; those that would become negative stay at 0.
ScalingLaw descend(const Measured& curve, ScalingLaw law, bool free_sigma, bool free_kappa) {
  constexpr int kMaxSteps = 500;
  double damping = 1e-3;
  double best = curve.sum_of_squares(law);
  for (int step = 0; step < kMaxSteps && damping < 1e15; ++step) {
    const Normal normal = normal_equations(curve, law);
    const double a = normal.a * (1 + damping);
    const double c = normal.c * (1 + damping);
    ScalingLaw next = law;
    if (free_sigma && free_kappa) {
      const double determinant = a * c - normal.b * normal.b;
      if (!(determinant > 0)) break;
      next.sigma += (c * normal.g_sigma - normal.b * normal.g_kappa) / determinant;
      next.kappa += (a * normal.g_kappa - normal.b * normal.g_sigma) / determinant;
    } else if (free_sigma) {
      next.sigma += normal.g_sigma / a;
    } else {
      next.kappa += normal.g_kappa / c;
    }
    next.sigma = std::max(next.sigma, 0.0);
    next.kappa = std::max(next.kappa, 0.0);
    const double sum = curve.sum_of_squares(next);
    if (sum < best) {
      law = next;
      best = sum;
      damping = std::max(damping / 10, 1e-15);
    } else {
      damping *= 10;
    }
  }
  return law;
}

/// The best that is found from those starts; a minimum may lie on a bound, so that each is tried by itself.
ScalingLaw best_from(Law law, const Measured& curve, std::span<const ScalingLaw> starts) {
  ScalingLaw best;
  const auto consider = [&](const ScalingLaw& found) {
    if (curve.sum_of_squares(found) < curve.sum_of_squares(best)) best = found;
  };
  for (const ScalingLaw& start : starts) {
    consider(descend(curve, {start.sigma, 0}, true, false));
    if (law == Law::amdahl) continue;
    consider(descend(curve, {0, start.kappa}, false, true));
    consider(descend(curve, start, true, true));
  }
  return best;
}

}  // namespace

ScalingLaw fit_law(Law law, std::span<const double> cores, std::span<const double> speedups) {
  // The valley of the sum is long and bent: several starts.
  std::vector<ScalingLaw> starts;
  for (const double sigma : {1e-3, 1e-2, 1e-1, 1.0}) {
    for (const double kappa : {1e-5, 1e-3, 1e-1}) starts.push_back({sigma, kappa});
  }
  return best_from(law, {cores, speedups}, starts);
}

ScalingLaw refit_law(Law law, const ScalingLaw& near, std::span<const double> cores, std::span<const double> speedups) {
  const ScalingLaw starts[] = {{std::max(near.sigma, 1e-6), std::max(near.kappa, 1e-9)}};
  return best_from(law, {cores, speedups}, starts);
}

}  // namespace trafficbench
