#include "drivers/report/number_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "drivers/base/known.hpp"
#include "drivers/base/statistics.hpp"

namespace trafficbench {

namespace {

// scripts/trafficbench_tools/reports.py has the same two.
constexpr double kRelativeRounding = 1e-6;
constexpr double kShareRounding = 1e-3;

std::string fault_of_median(const Row& row) {
  if (row.samples.empty()) return {};
  const double should = 1e3 * median(row.samples);
  if (are_close(known(row.real_time_ms), should)) return {};
  return fmt::format("has real_time {}, and the median of its samples is {} ms", known(row.real_time_ms), should);
}

std::string fault_of_rank_seconds(const Row& row) {
  if (row.rank_seconds.empty()) return {};
  if (row.rank_seconds.size() != row.samples.size()) return "has rank_seconds that are not one entry a sample";
  for (std::size_t i = 0; i < row.samples.size(); ++i) {
    const RankSeconds& ranks = row.rank_seconds[i];
    if (!(ranks.min <= ranks.median && ranks.median <= ranks.max)) {
      return "has rank_seconds that are not min <= median <= max";
    }
    if (!are_close(row.samples[i], ranks.max)) return "has rank_seconds whose max is not the sample";
  }
  return {};
}

std::string fault_of_rounds(const Row& row) {
  if (row.rounds.empty()) return {};
  if (row.rounds.size() != row.samples.size()) return "has rounds that are not one entry a sample";
  return std::ranges::is_sorted(row.rounds) ? "" : "has rounds that do not ascend";
}

std::string fault_of_shares(const Row& row) {
  if (!row.shares) return {};
  const double sum = row.shares->compute + row.shares->exchange + row.shares->reduction + row.shares->waiting;
  return sum <= 1 + kShareRounding ? "" : "has shares that add up to more than 1";
}

std::string fault_of_workers(const Row& row) {
  std::set<std::pair<int, int>> seen;
  for (const WorkerPlace& worker : row.placement) {
    if (!seen.emplace(worker.rank, worker.thread).second) {
      return fmt::format("has a placement that names rank {}, thread {} twice", worker.rank, worker.thread);
    }
    if (worker.rank >= row.ranks || worker.thread >= row.threads) {
      return fmt::format("has a placement that names rank {}, thread {}, which it has not", worker.rank, worker.thread);
    }
  }
  return {};
}

std::string fault_of_rate(const Row& row) {
  if (!row.mcops.value) return {};
  const double updates = static_cast<double>(row.cells) * static_cast<double>(known(row.steps));
  const double rate = updates / (known(row.real_time_ms) * 1e-3);
  if (!are_close(*row.mcops.value, rate / 1e6)) {
    return fmt::format("has mcops {}, and cells * steps / median is {}", *row.mcops.value, rate / 1e6);
  }
  if (!row.cells_per_cycle) return {};
  if (!row.clock_hz) return "has cells_per_cycle and no clock_hz";
  if (are_close(*row.cells_per_cycle, rate / *row.clock_hz / static_cast<double>(row.workers()))) return {};
  return "has cells_per_cycle that is not its rate over clock_hz and cores";
}

struct IntervalOf {
  const char* name;
  Estimate (*in)(const Row&);
};

constexpr IntervalOf kIntervals[] = {
    {"real_time",
     [](const Row& row) {
       return Estimate{row.real_time_ms, row.real_time_low_ms, row.real_time_high_ms};
     }},
    {"mcops", [](const Row& row) { return row.mcops; }},
    {"speedup", [](const Row& row) { return row.speedup.ratio; }},
    {"efficiency", [](const Row& row) { return row.efficiency; }},
    {"ladder_speedup", [](const Row& row) { return row.ladder.ratio; }},
};

std::string fault_of_intervals(const Row& row) {
  for (const auto& [name, in] : kIntervals) {
    const Estimate estimate = in(row);
    if (estimate.low && !estimate.high) return fmt::format("has {}_low and no {}_high", name, name);
    if (estimate.high && !estimate.low) return fmt::format("has {}_high and no {}_low", name, name);
    if (!estimate.low) continue;
    if (!estimate.value) return fmt::format("has {}_low and no {}", name, name);
    const double low = known(estimate.low);
    const double value = known(estimate.value);
    const double high = known(estimate.high);
    if (!(low <= value && value <= high)) {
      return fmt::format("has {}_low {}, {} {}, {}_high {}, which are not in order", name, low, name, value, name,
                         high);
    }
  }
  if (row.mcops.low && row.samples.size() < kMinSamples) {
    return fmt::format("has mcops_low from {} samples: {} are the fewest", row.samples.size(), kMinSamples);
  }
  return {};
}

struct NumberRule {
  Completeness from;  ///< the completeness from which on it holds; `given`: always
  std::string (*fault)(const Row&);
};

constexpr NumberRule kRules[] = {
    {Completeness::given, fault_of_rank_seconds}, {Completeness::given, fault_of_rounds},
    {Completeness::given, fault_of_shares},       {Completeness::given, fault_of_workers},
    {Completeness::whole, fault_of_median},       {Completeness::whole, fault_of_intervals},
    {Completeness::whole, fault_of_rate},
};

}  // namespace

bool are_close(double one, double other) {
  // As Python's math.isclose has it.
  if (one == other) return true;
  if (std::isinf(one) || std::isinf(other)) return false;
  return std::abs(one - other) <= kRelativeRounding * std::max(std::abs(one), std::abs(other));
}

std::string broken_number_rule(const Row& row, Completeness completeness) {
  for (const NumberRule& rule : kRules) {
    if (rule.from == Completeness::whole && completeness == Completeness::given) continue;
    if (std::string fault = rule.fault(row); !fault.empty()) return fault;
  }
  return {};
}

}  // namespace trafficbench
