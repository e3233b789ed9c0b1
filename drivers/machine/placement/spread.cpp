// Ranks that may use the same cores are dealt over these together: those that have fewest to choose from first, the
// others over what is left.
#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>

#include "drivers/machine/placement/core_matching.hpp"

namespace trafficbench {

namespace {

/// Ranks that may use the same cores.
struct Alike {
  const std::vector<Core>* cores = nullptr;
  std::vector<std::size_t> ranks;
};

/// Those with fewest cores first.
std::vector<Alike> ranks_by_cores(const NodeWorkers& workers) {
  std::vector<Alike> all;
  for (const std::size_t rank : workers.members) {
    const std::vector<Core>& cores = workers.ranks[rank].cores;
    auto at = std::ranges::find_if(all, [&](const Alike& each) { return *each.cores == cores; });
    if (at == all.end()) at = all.insert(at, {&cores, {}});
    at->ranks.push_back(rank);
  }
  std::ranges::stable_sort(all, {}, [](const Alike& each) { return each.cores->size(); });
  return all;
}

struct Cache {
  int number = 0;
  int workers = 0;  ///< that it has already
  int cores = 0;    ///< that are left of those that are dealt over

  /// Of those cores, how many bring it to so many workers, or as near as can be.
  int up_to(int level) const { return std::clamp(level - workers, 0, cores); }
};

/// In the order of `cores`, which are some of the node's.
std::vector<Cache> caches_of(const std::vector<Core>& cores, const std::vector<Alike>& node, const Matching& given) {
  std::map<int, std::set<int>> taken;  // cores of each cache
  for (const Alike& each : node) {
    for (const Core& core : *each.cores) {
      if (!given.is_free(core.number)) taken[core.cache].insert(core.number);
    }
  }
  std::vector<Cache> caches;
  for (const Core& core : cores) {
    auto cache = std::ranges::find(caches, core.cache, &Cache::number);
    if (cache == caches.end()) {
      cache = caches.insert(cache, {core.cache, static_cast<int>(taken[core.cache].size()), 0});
    }
    if (given.is_free(core.number)) ++cache->cores;
  }
  return caches;
}

/// The number of the cache that each of so many workers should have, as far as there are cores left: shares follow each
/// other and leave the caches with numbers of workers as even as they can be. Those that are larger by one lie as far
/// apart as can be.
std::vector<int> dealt_over(const std::vector<Cache>& caches, int workers) {
  const auto count_at = [&](int level) {
    int count = 0;
    for (const Cache& cache : caches) count += cache.up_to(level);
    return count;
  };
  int most = 0;
  for (const Cache& cache : caches) most = std::max(most, cache.workers + cache.cores);
  int level = 0;
  while (level < most && count_at(level + 1) <= workers) ++level;
  const int left = level < most ? workers - count_at(level) : 0;
  const int with_room = count_at(level + 1) - count_at(level);
  std::vector<int> dealt;
  int place = 0;  // among those with room
  for (const Cache& cache : caches) {
    int share = cache.up_to(level);
    if (cache.up_to(level + 1) > share) {
      // Of `left` numbers 0, 1, ... that are spread over as many places one falls here.
      if ((place * left + with_room - 1) / with_room != ((place + 1) * left + with_room - 1) / with_room) ++share;
      ++place;
    }
    dealt.insert(dealt.end(), static_cast<std::size_t>(share), cache.number);
  }
  return dealt;
}

/// The numbers of the cores, those of `cache` first, then by how few workers their caches have.
std::vector<int> by_preference(const std::vector<Core>& cores, int cache, const Matching& given) {
  std::map<int, int> workers;  // on each cache
  for (const Core& core : cores) workers[core.cache] += given.is_free(core.number) ? 0 : 1;
  std::vector<const Core*> order;
  order.reserve(cores.size());
  for (const Core& core : cores) order.push_back(&core);
  std::ranges::stable_sort(order, {},
                           [&](const Core* core) { return std::pair(core->cache != cache, workers[core->cache]); });
  std::vector<int> numbers;
  numbers.reserve(order.size());
  for (const Core* core : order) numbers.push_back(core->number);
  return numbers;
}

}  // namespace

Placed place_spread(const NodeWorkers& workers) {
  const std::vector<Alike> node = ranks_by_cores(workers);
  Matching given = matching_of_cores(workers);
  for (const Alike& alike : node) {
    const std::size_t count = alike.ranks.size() * static_cast<std::size_t>(workers.threads);
    std::vector<int> dealt = dealt_over(caches_of(*alike.cores, node, given), static_cast<int>(count));
    // More find a core only if others move.
    constexpr int kAny = -1;
    dealt.resize(count, kAny);
    for (std::size_t worker = 0; worker < count; ++worker) {
      const std::size_t rank = alike.ranks[worker / static_cast<std::size_t>(workers.threads)];
      if (!given.give(rank, by_preference(*alike.cores, dealt[worker], given))) return {};
    }
  }
  return placed_on_cores(workers, given);
}

}  // namespace trafficbench
