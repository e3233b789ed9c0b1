#include "drivers/report/visits.hpp"

#include <algorithm>
#include <utility>

namespace trafficbench {

namespace {

/// The repetitions of one visit: those from `first` on.
struct Stay {
  std::pair<std::size_t, std::int64_t> visit;  // launch and number
  std::size_t first = 0;
  std::size_t count = 0;
};

std::vector<Stay> stays_of(const Row& row) {
  std::vector<Stay> stays;
  for (std::size_t i = 0; i < row.samples.size(); ++i) {
    const std::pair visit(row.sample_runs[i], row.sample_visits[i]);
    if (stays.empty() || stays.back().visit != visit) stays.push_back({visit, i, 0});
    ++stays.back().count;
  }
  return stays;
}

/// Cell updates a second.
double rate(const Row& row, std::size_t sample) {
  return static_cast<double>(row.cells) * static_cast<double>(row.sample_steps[sample]) / row.samples[sample];
}

}  // namespace

int count_visits(const Row& row) { return static_cast<int>(stays_of(row).size()); }

std::vector<VisitValue> medians_by_visit(const Row& row, std::span<const double> values) {
  std::vector<VisitValue> medians;
  for (const Stay& stay : stays_of(row)) {
    medians.push_back({stay.visit.first, stay.visit.second, median(values.subspan(stay.first, stay.count))});
  }
  return medians;
}

std::vector<VisitValue> ratios_by_visit(const Row& row, const Row& other) {
  const std::vector<Stay> theirs = stays_of(other);
  std::vector<VisitValue> ratios;
  for (const Stay& stay : stays_of(row)) {
    const auto shared = std::ranges::lower_bound(theirs, stay.visit, {}, &Stay::visit);
    if (shared == theirs.end() || shared->visit != stay.visit) continue;
    std::vector<double> rounds;
    rounds.reserve(stay.count);
    for (std::size_t k = 0; k < std::min(stay.count, shared->count); ++k) {
      rounds.push_back(rate(row, stay.first + k) / rate(other, shared->first + k));
    }
    ratios.push_back({stay.visit.first, stay.visit.second, median(rounds)});
  }
  return ratios;
}

OverVisits over_visits(std::span<const VisitValue> values) {
  std::vector<double> of_visits;
  std::vector<double> of_launches;
  std::vector<double> of_launch;
  for (std::size_t i = 0; i < values.size(); ++i) {
    of_visits.push_back(values[i].value);
    of_launch.push_back(values[i].value);
    if (i + 1 < values.size() && values[i + 1].run == values[i].run) continue;
    of_launches.push_back(median(of_launch));
    of_launch.clear();
  }
  OverVisits result{.value = median(of_visits), .interval = {}, .over = {}};
  const bool over_launches = of_launches.size() >= kMinSamples;
  result.interval = median_interval(over_launches ? of_launches : of_visits);
  if (!result.interval) return result;
  result.over = over_launches ? IntervalOver::launches : IntervalOver::visits;
  // Launches of unlike numbers of visits may put the median of all visits beside the interval.
  result.interval->low = std::min(result.interval->low, result.value);
  result.interval->high = std::max(result.interval->high, result.value);
  return result;
}

}  // namespace trafficbench
