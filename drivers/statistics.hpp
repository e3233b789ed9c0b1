// The few statistics that the reports need.
#pragma once

#include <optional>
#include <span>

namespace trafficbench {

/// The median; the mean of the two middle values for an even number. `values` is not empty.
double median(std::span<const double> values);

struct Interval {
  double low = 0;
  double high = 0;
};

/// The 95% confidence interval of the median from order statistics (Hoefler & Belli 2015, section 3.1.3; Le Boudec
/// 2010, theorem 2.1): the narrowest symmetric pair of ranks that the median lies between with at least 95% probability
/// whatever the distribution. Exact, from the binomial distribution; nothing below 6 values, where no pair reaches 95%.
std::optional<Interval> median_interval(std::span<const double> values);

}  // namespace trafficbench
