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
};

/// Adds up something that happens many times by timing some of them: reading a clock takes tens of nanoseconds, and
/// what is timed may be as short. Of short ones only each so many-th is timed, so that the timer costs about 1/400 of
/// them. How many are passed over follows from the last one's length, and the next stands for all of these: the sum is
/// unbiased however lengths follow upon each other.
class SampledTimer {
 public:
  /// Whether the next one is to be timed. Call once before each.
  bool due() { return ++happened_ >= next_; }

  /// How many the one that is due stands for: itself and those passed over before it.
  double weight() const { return static_cast<double>(happened_ - accounted_); }

  /// The one that was due took that long.
  void add(double seconds) {
    accounted_ = happened_;
    constexpr double kTimerSeconds = 60e-9;  // two readings
    constexpr double kMaxStride = 1000;
    const double stride = 400 * kTimerSeconds / std::max(seconds, 1e-12);
    next_ = happened_ + static_cast<std::int64_t>(std::clamp(std::ceil(stride), 1.0, kMaxStride));
  }

  /// What a weighted sum comes to with those after the last that was timed.
  double scale() const {
    return accounted_ == 0 ? 0 : static_cast<double>(happened_) / static_cast<double>(accounted_);
  }

 private:
  std::int64_t happened_ = 0;
  std::int64_t accounted_ = 0;  // up to the last that was timed
  std::int64_t next_ = 1;
};

}  // namespace trafficbench
