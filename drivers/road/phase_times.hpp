// Timers of the phases between two exchanges, which cost less than the noise of what they time.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace trafficbench {

/// Where one rank was during an advance.
struct PhaseTimes {
  double compute = 0;    ///< of all threads together, s
  double edges = 0;      ///< copying edges between threads, of all threads together, s
  double waiting = 0;    ///< threads for each other, of all threads together, s
  double exchange = 0;   ///< halos from and to other ranks, and copied round the ring on one, s
  double reduction = 0;  ///< sums of moves over the ranks, s

  PhaseTimes& operator+=(const PhaseTimes& more) {
    compute += more.compute;
    edges += more.edges;
    waiting += more.waiting;
    exchange += more.exchange;
    reduction += more.reduction;
    return *this;
  }
};

/// Sums the times of events that happen often, without reading the clock at each: two readings take tens of
/// nanoseconds, and an event may be as short. The shorter the last timed event was, the more are skipped before the
/// next one, so that the clock costs about 1/400 of them. A timed event counts for itself and for those skipped before
/// it: the sum is unbiased however lengths follow upon each other.
class SampledTimer {
 public:
  /// Whether the next one is to be timed. Call once before each.
  bool due() { return ++happened_ >= next_; }

  /// How many the one that is due stands for: itself and those passed over before it.
  double weight() const { return static_cast<double>(happened_ - counted_for_); }

  /// The one that was due took that long.
  void add(double seconds) {
    counted_for_ = happened_;
    constexpr double kTimerSeconds = 60e-9;  // two readings
    constexpr double kMaxStride = 1000;
    const double stride = 400 * kTimerSeconds / std::max(seconds, 1e-12);
    next_ = happened_ + static_cast<std::int64_t>(std::clamp(std::ceil(stride), 1.0, kMaxStride));
  }

  /// What a weighted sum comes to with those after the last that was timed.
  double scale() const {
    return counted_for_ == 0 ? 0 : static_cast<double>(happened_) / static_cast<double>(counted_for_);
  }

 private:
  std::int64_t happened_ = 0;
  std::int64_t counted_for_ = 0;  // up to the last that was timed
  std::int64_t next_ = 1;
};

}  // namespace trafficbench
