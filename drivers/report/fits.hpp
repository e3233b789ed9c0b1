// Scaling laws fitted to the curves of a report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "drivers/base/json.hpp"
#include "drivers/report/row.hpp"
#include "drivers/report/scaling_laws.hpp"

namespace trafficbench {

/// A law fitted to one curve.
struct Fit {
  struct Parameter {
    std::string name;
    double value = 0;
    std::optional<double> low;  ///< 95% interval; nothing where the curve cannot be resampled
    std::optional<double> high;
  };
  Law law = Law::amdahl;
  std::vector<std::string> rows;  ///< names, the base first
  std::vector<Parameter> parameters;
  std::vector<double> residuals;  ///< of the speedups, one a row
};

/// The report's fits: Amdahl's and Gunther's laws for each curve of rows that differ in ranks alone, or in threads
/// alone, and have one base, which is among them. Amdahl's law needs two rows beside the base, Gunther's three.
/// Intervals of the parameters come from the bootstrap over visits: they tell what the machine's noise does to a
/// parameter, not whether the law is right, which the residuals do.
std::vector<Fit> fits_of(const std::vector<Row>& rows);

/// The fit as it stands in a report.
Json to_json(const Fit& fit);

}  // namespace trafficbench
