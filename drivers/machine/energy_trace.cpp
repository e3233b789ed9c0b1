#include "drivers/machine/energy_trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace trafficbench {

namespace {

// A node at work always takes power.
constexpr double kLongestSilence = 2;

// More than any node takes: so much is a counter that was set anew.
constexpr double kMostWatts = 1e5;

// Two changes may be seen one right after the other where this program was kept waiting in between.
constexpr double kShortestPeriod = 0.02;

// Both clocks tell the same time of a run, or the counter's is not to be trusted.
constexpr double kClockTolerance = 0.5;

}  // namespace

void EnergyTrace::note_silence(double now) {
  if (!fault_.empty() || heard_ < 0 || now - heard_ <= kLongestSilence) return;
  fault_ = is_readable_ ? fmt::format("stood still for more than {:g} s", kLongestSilence)
                        : fmt::format("could not be read for more than {:g} s", kLongestSilence);
}

void EnergyTrace::add(double now, const std::optional<EnergyReading>& reading) {
  if (heard_ < 0) heard_ = now;
  is_readable_ = reading.has_value();
  note_silence(now);
  if (!reading || (last_ && reading->joules == last_->reading.joules)) return;
  const Change change{now, *reading};
  if (last_) {
    const double joules = change.reading.joules - last_->reading.joules;
    const double seconds = std::max(kShortestPeriod, now - last_->now);
    if (fault_.empty() && (joules < 0 || joules > kMostWatts * seconds)) {
      fault_ = fmt::format("jumped by {:.3g} J within {:.2g} s", joules, seconds);
    }
    changes_.push_back(change);
  }
  last_ = change;
  heard_ = now;
}

MeanPower EnergyTrace::between(double began, double ended) const {
  if (!fault_.empty()) return {.watts = 0, .fault = fault_};
  const auto first = std::ranges::find_if(changes_, [&](const Change& change) { return change.now >= began; });
  auto last = changes_.end();
  for (auto at = first; at != changes_.end() && at->now <= ended; ++at) last = at;
  if (last == changes_.end() || last == first) return {.watts = 0, .fault = "changed less than twice"};
  double seconds = last->now - first->now;
  // The counter's own clock knows better when it changed than who looks now and then.
  if (first->reading.seconds && last->reading.seconds) {
    const double own = *last->reading.seconds - *first->reading.seconds;
    if (own > 0 && std::abs(own - seconds) < std::min(kClockTolerance, seconds / 2)) seconds = own;
  }
  return {.watts = (last->reading.joules - first->reading.joules) / seconds, .fault = {}};
}

}  // namespace trafficbench
