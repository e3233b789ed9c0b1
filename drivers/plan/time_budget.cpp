#include "drivers/plan/time_budget.hpp"

#include <algorithm>

namespace trafficbench {

TimeBudget::TimeBudget(double start, double limit)
    : start_(start), limit_(limit), kept_back_(std::min(0.1 * limit, 2 + 0.01 * limit)) {}

Deadline TimeBudget::deadline(double guess, double guess_of_all) const {
  if (limit_ == 0) return {};
  const double now = wall_seconds();
  const double left = std::max(end() - now, 0.0);
  return {.soft = now + left * guess / std::max(guess_of_all, guess), .hard = end()};
}

void TimeBudget::learn(double guess, double seconds) {
  guessed_ += guess;
  taken_ += seconds;
}

}  // namespace trafficbench
