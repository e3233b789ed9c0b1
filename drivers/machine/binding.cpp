#include "drivers/machine/binding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

namespace trafficbench {

namespace {

/// Indices of ranks that share something, by what they share.
using Ranks = std::vector<std::size_t>;

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

/// The cores of one node while they are given out.
class Node {
 public:
  explicit Node(const std::vector<RankCpus>& ranks) : ranks_(ranks) {}

  /// Gives `rank` one more core that nobody else has; if need be, others move to other cores of theirs. False if there
  /// is no way. An augmenting path of bipartite matching (Kuhn 1955).
  bool give_core(std::size_t rank) {
    tried_.clear();
    return find_core(rank);
  }

  /// The cores that a rank has been given, in the machine's order.
  std::vector<int> cores_of(std::size_t rank) const {
    std::vector<int> cores;
    for (const int cpu : ranks_[rank].cpus) {
      const auto at = owner_.find(cpu);
      if (at != owner_.end() && at->second == rank) cores.push_back(cpu);
    }
    return cores;
  }

 private:
  bool find_core(std::size_t rank) {
    for (const int cpu : ranks_[rank].cpus) {
      if (owner_.emplace(cpu, rank).second) return true;
    }
    for (const int cpu : ranks_[rank].cpus) {
      std::size_t& owner = owner_.at(cpu);
      if (owner == rank || !tried_.insert(cpu).second || !find_core(owner)) continue;
      owner = rank;
      return true;
    }
    return false;
  }

  const std::vector<RankCpus>& ranks_;
  std::map<int, std::size_t> owner_;  // of a core
  std::set<int> tried_;
};

/// Cores of their own for all workers of a node. False, with nothing planned, if there are too few.
bool give_own_cores(const std::vector<RankCpus>& ranks, const Ranks& members, int threads, Binding& binding) {
  Node node(ranks);
  for (const std::size_t rank : members) {
    for (int thread = 0; thread < threads; ++thread) {
      if (!node.give_core(rank)) return false;
    }
  }
  for (const std::size_t rank : members) binding.cpus[rank] = node.cores_of(rank);
  return true;
}

/// Each worker gets the core that fewest have so far.
void give_shared_cores(const std::vector<RankCpus>& ranks, const Ranks& members, int threads, Binding& binding) {
  std::map<int, int> workers;
  for (const std::size_t rank : members) {
    const std::vector<int>& cpus = ranks[rank].cpus;
    for (int thread = 0; thread < threads && !cpus.empty(); ++thread) {
      const int cpu = *std::ranges::min_element(cpus, {}, [&](int each) { return workers[each]; });
      ++workers[cpu];
      binding.cpus[rank].push_back(cpu);
    }
  }
}

}  // namespace

Binding plan_binding(const std::vector<RankCpus>& ranks, int threads, bool share) {
  Binding binding;
  binding.cpus.resize(ranks.size());
  for (const auto& [host, members] : by_host(ranks)) {
    if (give_own_cores(ranks, members, threads, binding)) continue;
    binding.shortage = Binding::Shortage::cores;
    if (share) give_shared_cores(ranks, members, threads, binding);
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

int cores_for_each_rank(const std::vector<RankCpus>& ranks) {
  std::size_t most = std::numeric_limits<std::size_t>::max();
  for (const RankCpus& rank : ranks) most = std::min(most, rank.cpus.size());
  // The largest number that leaves no shortage.
  int fits = 1;
  int too_many = ranks.empty() ? 2 : static_cast<int>(std::max<std::size_t>(most, 1)) + 1;
  while (fits + 1 < too_many) {
    const int middle = fits + (too_many - fits) / 2;
    if (plan_binding(ranks, middle, false).shortage == Binding::Shortage::none) {
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
    for (const std::size_t rank : group.members) cores.insert(ranks[rank].cpus.begin(), ranks[rank].cpus.end());
    const auto allowed = static_cast<std::size_t>(group.cores);
    if (allowed >= cores.size() || cores.size() - allowed <= most_lost) continue;
    most_lost = cores.size() - allowed;
    note = fmt::format("a CPU quota allows {} of the {} cores that {} may run on", allowed, cores.size(),
                       group.members.size() == 1 ? "the rank" : "the ranks");
  }
  return note;
}

}  // namespace trafficbench
