#include "drivers/base/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace trafficbench {

namespace {

std::vector<double> sorted(std::span<const double> values) {
  std::vector<double> copy(values.begin(), values.end());
  std::ranges::sort(copy);
  return copy;
}

/// P(X = k) for X binomial with n trials of probability 1/2.
double binomial_half(std::size_t n, std::size_t k) {
  const auto log_factorial = [](std::size_t m) { return std::lgamma(static_cast<double>(m) + 1); };
  return std::exp(log_factorial(n) - log_factorial(k) - log_factorial(n - k) -
                  static_cast<double>(n) * std::numbers::ln2);
}

}  // namespace

double median(std::span<const double> values) {
  const std::vector<double> ordered = sorted(values);
  const std::size_t middle = ordered.size() / 2;
  return ordered.size() % 2 == 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
}

std::optional<Interval> median_interval(std::span<const double> values) {
  // The median lies below the (k+1)-th smallest value iff at most k values lie below the median.
  const std::size_t n = values.size();
  double tail = 0;
  std::optional<std::size_t> rank;
  for (std::size_t k = 0; k < n / 2; ++k) {
    tail += binomial_half(n, k);
    if (tail > 0.025) break;
    rank = k;
  }
  if (!rank) return {};
  const std::vector<double> ordered = sorted(values);
  return Interval{ordered[*rank], ordered[n - 1 - *rank]};
}

std::vector<std::size_t> Resampler::draw(std::size_t count) {
  std::vector<std::size_t> indices(count);
  // The remainder favours some indices by 1 in 2^64 / count, which is nothing; the library's own distribution differs
  // from one compiler to the next.
  for (std::size_t& index : indices) index = generator_() % count;
  return indices;
}

Interval middle_95_percent(std::span<const double> values) {
  const std::vector<double> ordered = sorted(values);
  const auto at = [&](double share) {
    const double rank = std::ceil(share * static_cast<double>(ordered.size()));
    return ordered[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
  };
  return {at(0.025), at(0.975)};
}

}  // namespace trafficbench
