// Spends a limited time on pieces of work whose length is guessed, and learns how good the guesses are.
#pragma once

#include "drivers/base/wall_clock.hpp"
#include "drivers/measure/visit.hpp"

namespace trafficbench {

class TimeBudget {
 public:
  /// `limit` seconds from `start`, a reading of wall_seconds(); 0: no limit. A part is kept back for writing the
  /// report.
  TimeBudget(double start, double limit);

  /// Whether a piece that is guessed to take so many seconds still fits.
  bool fits(double guess) const { return limit_ == 0 || wall_seconds() + guess * scale() <= end(); }

  /// The same of a piece whose length is not guessed but fixed, whatever guesses were worth.
  bool fits_for_certain(double seconds) const { return limit_ == 0 || wall_seconds() + seconds <= end(); }

  /// By when all must be done.
  Deadline deadline() const { return {limit_ == 0 ? 1e300 : end()}; }

  /// A piece that was guessed to take so long took `seconds`.
  void learn(double guess, double seconds);

 private:
  double end() const { return start_ + limit_ - kept_back_; }
  double scale() const { return guessed_ > 0 ? taken_ / guessed_ : 1; }

  double start_;
  double limit_;
  double kept_back_;
  double guessed_ = 0;
  double taken_ = 0;
};

}  // namespace trafficbench
