#include "drivers/report/fits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "drivers/base/statistics.hpp"
#include "drivers/report/scaling_laws.hpp"

namespace trafficbench {

namespace {

/// A curve in `fixed` of ranks and threads: rows with the same text here lie on it.
std::string curve_key(const Json& row, const char* fixed) {
  return fmt::format("{} {} {}", fixed, row[fixed].get<int>(), row["base"].get<std::string>());
}

struct Curve {
  std::vector<const Json*> rows;  // the base is first
  std::vector<double> cores;      // relative to the base
  std::vector<double> speedups;
};

Curve curve_of(std::vector<const Json*> rows) {
  std::ranges::stable_sort(rows, {}, [](const Json* row) { return workers_of(*row); });
  Curve curve{rows, {}, {}};
  for (const Json* row : rows) {
    curve.cores.push_back(static_cast<double>(workers_of(*row)) / static_cast<double>(workers_of(*rows.front())));
    curve.speedups.push_back((*row)["speedup"].get<double>());
  }
  return curve;
}

/// The curve's speedups in one resample: rounds are drawn for each row, and with a round what its base took then.
std::vector<double> resampled_speedups(const Curve& curve, Resampler& resampler) {
  std::vector<double> speedups = curve.speedups;
  for (std::size_t i = 1; i < speedups.size(); ++i) {
    const Json& row = *curve.rows[i];
    const auto own = row["samples"].get<std::vector<double>>();
    const auto others = row["base_samples"].get<std::vector<double>>();
    std::vector<double> own_drawn;
    std::vector<double> others_drawn;
    for (const std::size_t round : resampler.draw(own.size())) {
      own_drawn.push_back(own[round]);
      others_drawn.push_back(others[round]);
    }
    speedups[i] *= median(others_drawn) / median(own_drawn) * median(own) / median(others);
  }
  return speedups;
}

bool can_be_resampled(const Curve& curve) {
  constexpr std::size_t kFewest = 6;
  return std::ranges::all_of(curve.rows.begin() + 1, curve.rows.end(), [](const Json* row) {
    return row->contains("base_samples") && (*row)["samples"].size() >= kFewest &&
           (*row)["base_samples"].size() == (*row)["samples"].size();
  });
}

Json parameter(double value, const std::vector<double>& resampled) {
  if (resampled.empty()) return {{"value", value}, {"low", nullptr}, {"high", nullptr}};
  const Interval interval = middle_95_percent(resampled);
  return {{"value", value}, {"low", std::min(interval.low, value)}, {"high", std::max(interval.high, value)}};
}

Json fit_of(Law law, const Curve& curve) {
  // Fewer than for a ratio: each is a fit of its own.
  constexpr int kFits = 400;
  const ScalingLaw found = fit_law(law, curve.cores, curve.speedups);
  std::vector<double> sigmas;
  std::vector<double> kappas;
  if (can_be_resampled(curve)) {
    Resampler resampler(2);
    for (int i = 0; i < kFits; ++i) {
      const ScalingLaw again = refit_law(law, found, curve.cores, resampled_speedups(curve, resampler));
      sigmas.push_back(again.sigma);
      kappas.push_back(again.kappa);
    }
  }
  Json names = Json::array();
  Json residuals = Json::array();
  for (std::size_t i = 0; i < curve.rows.size(); ++i) {
    names.push_back((*curve.rows[i])["name"]);
    residuals.push_back(curve.speedups[i] - found.speedup(curve.cores[i]));
  }
  Json parameters;
  if (law == Law::amdahl) {
    parameters["serial_fraction"] = parameter(found.sigma, sigmas);
  } else {
    parameters["contention"] = parameter(found.sigma, sigmas);
    parameters["coherency"] = parameter(found.kappa, kappas);
  }
  return {{"law", law == Law::amdahl ? "amdahl" : "gunther"},
          {"rows", std::move(names)},
          {"parameters", std::move(parameters)},
          {"residuals", std::move(residuals)}};
}

}  // namespace

Json fits_of(const std::vector<Json>& rows) {
  std::map<std::string, std::vector<const Json*>> curves;
  std::vector<std::string> order;
  for (const Json& row : rows) {
    if (!row["speedup"].is_number()) continue;
    for (const char* fixed : {"threads", "ranks"}) {
      std::vector<const Json*>& curve = curves[curve_key(row, fixed)];
      if (curve.empty()) order.push_back(curve_key(row, fixed));
      curve.push_back(&row);
    }
  }
  Json fits = Json::array();
  for (const std::string& key : order) {
    const Curve curve = curve_of(curves[key]);
    // One ratio more than there are parameters, or there would be nothing to hold the law against; the base's is 1. Its
    // own row names itself.
    if (curve.rows.size() < 3 || (*curve.rows.front())["base"] != (*curve.rows.front())["name"]) continue;
    fits.push_back(fit_of(Law::amdahl, curve));
    if (curve.rows.size() > 3) fits.push_back(fit_of(Law::gunther, curve));
  }
  return fits;
}

}  // namespace trafficbench
