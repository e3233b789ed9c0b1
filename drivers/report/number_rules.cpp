#include "drivers/report/number_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "drivers/base/known.hpp"
#include "drivers/report/ratios.hpp"

namespace trafficbench {

namespace {

// scripts/trafficbench_tools/report_rules.py has the same two.
constexpr double kRelativeRounding = 1e-6;
constexpr double kShareRounding = 1e-3;

std::string fault_of_samples(const Row& row) {
  const std::size_t count = row.samples.size();
  const std::pair<const char*, std::size_t> lists[] = {{"sample_visits", row.sample_visits.size()},
                                                       {"sample_runs", row.sample_runs.size()},
                                                       {"sample_steps", row.sample_steps.size()}};
  for (const auto& [name, size] : lists) {
    if (size != count) return fmt::format("has {} that are not one entry a sample", name);
  }
  for (std::size_t i = 1; i < count; ++i) {
    const std::pair before(row.sample_runs[i - 1], row.sample_visits[i - 1]);
    if (std::pair(row.sample_runs[i], row.sample_visits[i]) < before) {
      return fmt::format("has visit {} of launch {} before visit {} of launch {}", before.second, before.first,
                         row.sample_visits[i], row.sample_runs[i]);
    }
  }
  const std::pair<const char*, std::size_t> more[] = {{"cpu_seconds", row.cpu_seconds.size()},
                                                      {"sample_clock_hz", row.sample_clock_hz.size()},
                                                      {"phase_seconds", row.phase_seconds.size()},
                                                      {"resident", row.resident.size()}};
  for (const auto& [name, size] : more) {
    if (size != 0 && size != count) return fmt::format("has {} that are not one entry a sample", name);
  }
  return {};
}

/// What a row says of its times and rates must be what follows from its samples.
std::string fault_of_rates(const Row& row) {
  Row should = row;
  should.mcops = {};
  should.mcops_best = should.cells_per_cycle = should.fraction_of_limit = {};
  should.interval_over = {};
  should.updates_per_joule = {};
  should.megabytes_per_second = {};
  should.megabytes_per_second_best = should.mebibytes_per_second = {};
  work_out_rate(should);
  struct Number {
    const char* name;
    std::optional<double> is;
    std::optional<double> should;
  };
  const Number numbers[] = {
      {"real_time", row.real_time_ns, should.real_time_ns},
      {"real_time_low", row.real_time_low_ns, should.real_time_low_ns},
      {"real_time_high", row.real_time_high_ns, should.real_time_high_ns},
      {"cpu_time", row.cpu_time_ns, should.cpu_time_ns},
      {"clock_hz", row.clock_hz, should.clock_hz},
      {"mcops", row.mcops.value, should.mcops.value},
      {"mcops_low", row.mcops.low, should.mcops.low},
      {"mcops_high", row.mcops.high, should.mcops.high},
      {"mcops_best", row.mcops_best, should.mcops_best},
      {"cells_per_cycle", row.cells_per_cycle, should.cells_per_cycle},
      {"fraction_of_limit", row.fraction_of_limit, should.fraction_of_limit},
      {"megabytes_per_second", row.megabytes_per_second.value, should.megabytes_per_second.value},
      {"megabytes_per_second_low", row.megabytes_per_second.low, should.megabytes_per_second.low},
      {"megabytes_per_second_high", row.megabytes_per_second.high, should.megabytes_per_second.high},
      {"megabytes_per_second_best", row.megabytes_per_second_best, should.megabytes_per_second_best},
      {"mebibytes_per_second", row.mebibytes_per_second, should.mebibytes_per_second},
      {"updates_per_joule", row.updates_per_joule, should.updates_per_joule}};
  const auto text = [](std::optional<double> number) { return number ? fmt::format("{}", *number) : "null"; };
  for (const auto& [name, is, follows] : numbers) {
    if (is.has_value() == follows.has_value() && (!is || are_close(*is, *follows))) continue;
    return fmt::format("has {} {}, and {} follows from its samples", name, text(is), text(follows));
  }
  if (row.interval_over != should.interval_over) return "has interval_over that does not follow from its samples";
  return {};
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

struct IntervalOf {
  const char* name;
  Estimate (*in)(const Row&);
};

constexpr IntervalOf kIntervals[] = {
    {"real_time",
     [](const Row& row) {
       return Estimate{row.real_time_ns, row.real_time_low_ns, row.real_time_high_ns};
     }},
    {"mcops", [](const Row& row) { return row.mcops; }},
    {"megabytes_per_second", [](const Row& row) { return row.megabytes_per_second; }},
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
  return {};
}

struct NumberRule {
  Completeness from;  ///< the completeness from which on it holds; `given`: always
  std::string (*fault)(const Row&);
};

// What the samples are comes before what follows from them.
constexpr NumberRule kRules[] = {
    {Completeness::given, fault_of_samples}, {Completeness::given, fault_of_rank_seconds},
    {Completeness::given, fault_of_shares},  {Completeness::given, fault_of_workers},
    {Completeness::whole, fault_of_rates},   {Completeness::whole, fault_of_intervals},
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
