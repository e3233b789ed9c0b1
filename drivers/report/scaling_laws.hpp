// Amdahl's and Gunther's laws, fitted to the speedups of a scaling curve.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "drivers/base/enum_names.hpp"

namespace trafficbench {

/// speedup(p) = p / (1 + sigma (p - 1) + kappa p (p - 1)) on p times the cores of the base. N. J. Gunther, Guerrilla
/// Capacity Planning (2007), the universal scalability law; with kappa = 0 it is G. M. Amdahl's (1967).
struct ScalingLaw {
  double sigma = 0;  ///< contention; Amdahl's serial fraction
  double kappa = 0;  ///< coherency: what every core costs every other

  double speedup(double cores) const { return cores / (1 + sigma * (cores - 1) + kappa * cores * (cores - 1)); }
};

/// Which parameters are fitted; the other is 0.
enum class Law { amdahl, gunther };

template <>
struct EnumNames<Law> {
  static constexpr std::array<std::string_view, 2> kNames{"amdahl", "gunther"};
};

/// The law with sigma, kappa >= 0 that has the least sum of squared residuals in speedup. `cores` are relative to the
/// base, each at least 1, one of them above 1; as many `speedups`, each above 0.
ScalingLaw fit_law(Law law, std::span<const double> cores, std::span<const double> speedups);

/// The same for speedups that are near to some for which `near` was fitted: quicker.
ScalingLaw refit_law(Law law, const ScalingLaw& near, std::span<const double> cores, std::span<const double> speedups);

}  // namespace trafficbench
