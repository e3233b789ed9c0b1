#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "drivers/base/numbers.hpp"
#include "drivers/machine/placement/matching.hpp"
#include "drivers/machine/placement_policy.hpp"

namespace trafficbench {

namespace {

/// The caches of which the rank may use `threads` cores, in the order of these.
std::vector<int> large_enough(const RankCpus& rank, int threads) {
  std::vector<int> caches;
  for (const Core& core : rank.cores) {
    if (std::ranges::find(caches, core.cache) == caches.end()) caches.push_back(core.cache);
  }
  std::erase_if(caches, [&](int cache) { return std::ranges::count(rank.cores, cache, &Core::cache) < threads; });
  return caches;
}

}  // namespace

Placed place_one_per_l3(const NodeWorkers& workers) {
  std::map<std::size_t, std::vector<int>> allowed;
  std::set<int> all;
  for (const std::size_t rank : workers.members) {
    allowed[rank] = large_enough(workers.ranks[rank], workers.threads);
    all.insert(allowed[rank].begin(), allowed[rank].end());
  }
  Matching caches(std::move(allowed));
  Placed placed;
  if (!std::ranges::all_of(workers.members, [&](std::size_t rank) { return caches.give(rank); })) {
    const RankCpus& first = workers.ranks[workers.members.front()];
    placed.refusal =
        fmt::format("placement one-per-l3: {} on {} for {} with {} or more that may be used",
                    counted(workers.members.size(), "rank"), first.host, counted(all.size(), first.last_level_cache),
                    counted(static_cast<std::size_t>(workers.threads), "core"));
    if (all.size() >= workers.members.size()) {
      placed.refusal +=
          ", but some ranks may use the same ones alone: start them unbound (--bind-to none, --cpu-bind=none)";
    }
    return placed;
  }
  for (const std::size_t rank : workers.members) {
    const int own = caches.of(rank).front();
    std::vector<int>& cpus = placed.cpus[rank];
    for (const Core& core : workers.ranks[rank].cores) {
      if (core.cache == own) cpus.push_back(core.cpus.front());
    }
    cpus.resize(static_cast<std::size_t>(workers.threads));
  }
  return placed;
}

}  // namespace trafficbench
