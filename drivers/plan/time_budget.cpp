#include "drivers/plan/time_budget.hpp"

#include <algorithm>

namespace trafficbench {

TimeBudget::TimeBudget(double start, double limit)
    : start_(start), limit_(limit), kept_back_(std::min(0.1 * limit, 2 + 0.01 * limit)) {}

void TimeBudget::learn(double guess, double seconds) {
  guessed_ += guess;
  taken_ += seconds;
}

}  // namespace trafficbench
