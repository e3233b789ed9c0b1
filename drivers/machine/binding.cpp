#include "drivers/machine/binding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <utility>

namespace trafficbench {

namespace {

using Ranks = std::vector<std::size_t>;  // their indices

std::map<std::string, Ranks> by_host(const std::vector<RankCpus>& ranks) {
  std::map<std::string, Ranks> nodes;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) nodes[ranks[rank].host].push_back(rank);
  return nodes;
}

/// A control group of one node that has a quota, and the ranks in it.
struct QuotaGroup {
  int cores = 0;
  Ranks members;
};

std::vector<QuotaGroup> quota_groups(const std::vector<RankCpus>& ranks) {
  std::map<std::pair<std::string, std::string>, QuotaGroup> groups;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    for (const CpuQuota& quota : ranks[rank].cpu_quotas) {
      QuotaGroup& group = groups[{ranks[rank].host, quota.group}];
      // More than fits an int is as good as no quota.
      const double cores = std::clamp(std::floor(quota.cpus), 1.0, 1e9);
      group.cores = group.members.empty() ? static_cast<int>(cores) : std::min(group.cores, static_cast<int>(cores));
      group.members.push_back(rank);
    }
  }
  std::vector<QuotaGroup> all;
  all.reserve(groups.size());
  for (auto& [name, group] : groups) all.push_back(std::move(group));
  return all;
}

/// What workers may share: a logical CPU of each core, or all of them.
std::vector<std::pair<int, int>> places_of(const RankCpus& rank, bool siblings) {
  std::vector<std::pair<int, int>> places;  // what is shared, and the CPU
  for (const Core& core : rank.cores) {
    if (!siblings) places.emplace_back(core.number, core.cpus.front());
    if (siblings)
      std::ranges::transform(core.cpus, std::back_inserter(places), [](int cpu) { return std::pair(cpu, cpu); });
  }
  return places;
}

/// Each worker gets the place that fewest have so far.
void share_places(const NodeWorkers& workers, bool siblings, Binding& binding) {
  std::map<int, int> taken;
  for (const std::size_t rank : workers.members) {
    const auto places = places_of(workers.ranks[rank], siblings);
    for (int thread = 0; thread < workers.threads && !places.empty(); ++thread) {
      const auto& [shared, cpu] =
          *std::ranges::min_element(places, {}, [&](const auto& each) { return taken[each.first]; });
      ++taken[shared];
      binding.cpus[rank].push_back(cpu);
    }
  }
}

}  // namespace

Binding plan_binding(const std::vector<RankCpus>& ranks, int threads, bool share, const PlacementPolicy& policy) {
  Binding binding;
  binding.cpus.resize(ranks.size());
  for (const auto& [host, members] : by_host(ranks)) {
    const NodeWorkers workers{ranks, members, threads};
    Placed placed = policy.place(workers);
    if (!placed.refusal.empty()) {
      binding = {.cpus = std::vector<std::vector<int>>(ranks.size()), .refusal = std::move(placed.refusal)};
      return binding;
    }
    for (auto& [rank, cpus] : placed.cpus) binding.cpus[rank] = std::move(cpus);
    if (!placed.cpus.empty()) continue;
    binding.shortage = Binding::Shortage::cores;
    if (share) share_places(workers, policy.siblings, binding);
  }
  if (binding.shortage == Binding::Shortage::cores) return binding;
  for (const QuotaGroup& group : quota_groups(ranks)) {
    const auto workers = static_cast<std::int64_t>(group.members.size()) * threads;
    if (workers <= group.cores) continue;
    if (binding.shortage == Binding::Shortage::none || group.cores < binding.quota_cores) {
      binding.quota_cores = group.cores;
    }
    binding.shortage = Binding::Shortage::quota;
  }
  return binding;
}

int threads_for_each_rank(const std::vector<RankCpus>& ranks, const PlacementPolicy& policy) {
  std::size_t most = std::numeric_limits<std::size_t>::max();
  for (const RankCpus& rank : ranks) most = std::min(most, places_of(rank, policy.siblings).size());
  // The largest number that leaves no shortage.
  int fits = 1;
  int too_many = ranks.empty() ? 2 : static_cast<int>(std::max<std::size_t>(most, 1)) + 1;
  while (fits + 1 < too_many) {
    const int middle = fits + (too_many - fits) / 2;
    const Binding binding = plan_binding(ranks, middle, false, policy);
    if (binding.refusal.empty() && binding.shortage == Binding::Shortage::none) {
      fits = middle;
    } else {
      too_many = middle;
    }
  }
  return fits;
}

std::string quota_note(const std::vector<RankCpus>& ranks) {
  std::string note;
  std::size_t most_lost = 0;
  for (const QuotaGroup& group : quota_groups(ranks)) {
    std::set<int> cores;
    for (const std::size_t rank : group.members) {
      for (const Core& core : ranks[rank].cores) cores.insert(core.number);
    }
    const auto allowed = static_cast<std::size_t>(group.cores);
    if (allowed >= cores.size() || cores.size() - allowed <= most_lost) continue;
    most_lost = cores.size() - allowed;
    note = fmt::format("a CPU quota allows {} of the {} cores that {} may run on", allowed, cores.size(),
                       group.members.size() == 1 ? "the rank" : "the ranks");
  }
  return note;
}

}  // namespace trafficbench
