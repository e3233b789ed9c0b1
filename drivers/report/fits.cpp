#include "drivers/report/fits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <compare>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "drivers/base/known.hpp"
#include "drivers/base/statistics.hpp"
#include "drivers/report/row_name.hpp"
#include "drivers/report/visits.hpp"

namespace trafficbench {

namespace {

/// What stays the same along a curve.
enum class Fixed { threads, ranks };

/// How rows are placed, and how their ranks speak to each other.
struct Way {
  std::string placement;
  std::string communication;

  auto operator<=>(const Way&) const = default;
};

Way way_of(const Row& row) { return {placement_asked_for(row.name), communication_asked_for(row.name)}; }

/// Rows with the same text here lie on one curve.
std::string curve_key(const Row& row, Fixed fixed, const Way& way) {
  return fmt::format("{} {} {} {} {}", static_cast<int>(fixed), fixed == Fixed::threads ? row.threads : row.ranks,
                     known(row.speedup.base), way.placement, way.communication);
}

/// By the base of rows on several workers, the ways of these.
std::map<std::string, std::set<Way>> ways_of(const std::vector<Row>& rows) {
  std::map<std::string, std::set<Way>> ways;
  for (const Row& row : rows) {
    if (row.workers() > 1 && row.speedup.base) ways[*row.speedup.base].insert(way_of(row));
  }
  return ways;
}

/// The keys of the curves on which a row lies. Rows on one rank belong to every communication, those of one worker to
/// every placement, too.
std::set<std::string> curve_keys(const Row& row, const std::set<Way>& ways) {
  std::set<std::string> keys;
  const Way own = way_of(row);
  for (const Way& way : ways) {
    if (row.workers() > 1 && own.placement != way.placement) continue;
    if (row.ranks > 1 && own.communication != way.communication) continue;
    keys.insert(curve_key(row, Fixed::threads, way));
    // As many ranks on all of the curve: with one of them there is no communication.
    keys.insert(curve_key(row, Fixed::ranks, row.ranks > 1 ? way : Way{way.placement, {}}));
  }
  return keys;
}

struct Curve {
  std::vector<const Row*> rows;  // the base is first
  std::vector<double> cores;     // relative to the base
  std::vector<double> speedups;
  std::vector<std::vector<double>> ratios;  // of each row, over the base, one a visit that both share
};

Curve curve_of(std::vector<const Row*> rows) {
  std::ranges::stable_sort(rows, {}, [](const Row* row) { return row->workers(); });
  Curve curve{rows, {}, {}, {}};
  for (const Row* row : rows) {
    curve.cores.push_back(static_cast<double>(row->workers()) / static_cast<double>(rows.front()->workers()));
    curve.speedups.push_back(known(row->speedup.ratio.value));
    std::vector<double>& ratios = curve.ratios.emplace_back();
    if (row->origin != Origin::measured) continue;
    for (const VisitValue& ratio : ratios_by_visit(*row, *rows.front())) ratios.push_back(ratio.value);
  }
  return curve;
}

/// The curve's speedups in one resample: visits are drawn. The same ones for all rows that have as many, since rows of
/// one curve are mostly measured in the same visits.
std::vector<double> resampled_speedups(const Curve& curve, Resampler& resampler) {
  std::vector<double> speedups = curve.speedups;
  std::map<std::size_t, std::vector<std::size_t>> draws;  // by the number of visits
  for (std::size_t i = 1; i < speedups.size(); ++i) {
    const std::vector<double>& ratios = curve.ratios[i];
    std::vector<std::size_t>& draw = draws[ratios.size()];
    if (draw.empty()) draw = resampler.draw(ratios.size());
    std::vector<double> drawn;
    drawn.reserve(draw.size());
    for (const std::size_t visit : draw) drawn.push_back(ratios[visit]);
    speedups[i] = median(drawn);
  }
  return speedups;
}

bool can_be_resampled(const Curve& curve) {
  return std::ranges::all_of(curve.ratios.begin() + 1, curve.ratios.end(),
                             [](const std::vector<double>& ratios) { return ratios.size() >= kMinSamples; });
}

Fit::Parameter parameter(std::string name, double value, const std::vector<double>& resampled) {
  if (resampled.empty()) return {std::move(name), value, {}, {}};
  const Interval interval = middle_95_percent(resampled);
  return {std::move(name), value, std::min(interval.low, value), std::max(interval.high, value)};
}

Fit fit_of(Law law, const Curve& curve) {
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
  Fit fit;
  fit.law = law;
  for (std::size_t i = 0; i < curve.rows.size(); ++i) {
    fit.rows.push_back(curve.rows[i]->name);
    fit.residuals.push_back(curve.speedups[i] - found.speedup(curve.cores[i]));
  }
  if (law == Law::amdahl) {
    fit.parameters.push_back(parameter("serial_fraction", found.sigma, sigmas));
  } else {
    fit.parameters.push_back(parameter("contention", found.sigma, sigmas));
    fit.parameters.push_back(parameter("coherency", found.kappa, kappas));
  }
  return fit;
}

/// Speedups at the ends of a double's range have no law that a double holds.
void add(std::vector<Fit>& fits, Fit fit) {
  const auto exists = [](double number) { return std::isfinite(number); };
  const auto is_number = [](const Fit::Parameter& each) { return std::isfinite(each.value); };
  if (!std::ranges::all_of(fit.residuals, exists) || !std::ranges::all_of(fit.parameters, is_number)) return;
  for (Fit::Parameter& each : fit.parameters) {
    if (each.low && each.high && std::isfinite(*each.low) && std::isfinite(*each.high)) continue;
    each.low = each.high = std::nullopt;
  }
  fits.push_back(std::move(fit));
}

}  // namespace

std::vector<Fit> fits_of(const std::vector<Row>& rows) {
  std::map<std::string, std::vector<const Row*>> curves;
  std::vector<std::string> order;
  std::map<std::string, std::set<Way>> ways = ways_of(rows);
  for (const Row& row : rows) {
    if (!row.speedup.ratio.value) continue;
    for (const std::string& key : curve_keys(row, ways[known(row.speedup.base)])) {
      std::vector<const Row*>& curve = curves[key];
      if (curve.empty()) order.push_back(key);
      curve.push_back(&row);
    }
  }
  std::vector<Fit> fits;
  for (const std::string& key : order) {
    const Curve curve = curve_of(curves[key]);
    // One ratio more than there are parameters, or there would be nothing to hold the law against; the base's is 1. Its
    // own row names itself.
    if (curve.rows.size() < 3 || curve.rows.front()->speedup.base != curve.rows.front()->name) continue;
    add(fits, fit_of(Law::amdahl, curve));
    if (curve.rows.size() > 3) add(fits, fit_of(Law::gunther, curve));
  }
  return fits;
}

Json to_json(const Fit& fit) {
  const auto or_null = [](std::optional<double> number) { return number ? Json(*number) : Json(); };
  Json parameters = Json::object();
  for (const Fit::Parameter& each : fit.parameters) {
    parameters[each.name] = {{"value", each.value}, {"low", or_null(each.low)}, {"high", or_null(each.high)}};
  }
  return {{"law", name_of(fit.law)},
          {"rows", fit.rows},
          {"parameters", std::move(parameters)},
          {"residuals", fit.residuals}};
}

}  // namespace trafficbench
