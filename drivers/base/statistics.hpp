// The few statistics that the reports need.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <vector>

namespace trafficbench {

/// The median; the mean of the two middle values for an even number. `values` is not empty.
double median(std::span<const double> values);

struct Interval {
  double low = 0;
  double high = 0;
};

/// The fewest values of which two ordered ones hold the median between them with 95% probability. Intervals from fewer
/// would promise too much, however they are made.
inline constexpr std::size_t kMinSamples = 6;

/// The 95% confidence interval of the median from order statistics (Hoefler & Belli 2015, section 3.1.3; Le Boudec
/// 2010, theorem 2.1): the narrowest symmetric pair of ranks that the median lies between with at least 95% probability
/// whatever the distribution. Exact, from the binomial distribution; nothing below 6 values, where no pair reaches 95%.
std::optional<Interval> median_interval(std::span<const double> values);

/// Draws from a list with repetition: one resample after the other, the same series for the same seed everywhere.
class Resampler {
 public:
  explicit Resampler(std::uint64_t seed) : generator_(seed) {}

  /// As many indices below `count` as there are, each as likely as any other.
  std::vector<std::size_t> draw(std::size_t count);

 private:
  std::mt19937_64 generator_;
};

/// Of the resamples of any statistic: from the 2.5% to the 97.5% quantile. `values` is not empty.
Interval middle_95_percent(std::span<const double> values);

/// Resamples that an interval is made from: its ends are then good to about a tenth of its width.
inline constexpr int kResamples = 2000;

}  // namespace trafficbench
