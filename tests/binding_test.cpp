// Which core each worker gets, on machines that are not here.
#include "drivers/machine/binding.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "drivers/machine/placement.hpp"
#include "drivers/machine/topology.hpp"
#include "tests/kept_binding.hpp"
#include "tests/made_up_machine.hpp"
#include "tests/thread_ranks.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

using Shortage = Binding::Shortage;
using Cpus = std::vector<std::vector<int>>;

/// A core for each CPU, all with one cache.
std::vector<Core> cores_of(const std::vector<int>& cpus) {
  std::vector<Core> cores;
  for (const int cpu : cpus) cores.push_back({cpu, {cpu}, 0});
  return cores;
}

/// The CPU of each core that a worker gets.
std::vector<int> cpus_of(const std::vector<Core>& cores) {
  std::vector<int> cpus;
  for (const Core& core : cores) cpus.push_back(core.cpus.front());
  return cpus;
}

RankCpus on(const std::string& host, std::vector<Core> cores, const std::vector<CpuQuota>& quotas = {}) {
  return {host, std::move(cores), quotas};
}

std::vector<RankCpus> on_one_node(const std::vector<std::vector<int>>& masks) {
  std::vector<RankCpus> ranks;
  for (const std::vector<int>& mask : masks) ranks.push_back(on("node", cores_of(mask)));
  return ranks;
}

std::vector<RankCpus> alike(int ranks, const std::vector<Core>& cores, const std::vector<CpuQuota>& quotas = {}) {
  return std::vector<RankCpus>(static_cast<std::size_t>(ranks), on("node", cores, quotas));
}

std::vector<RankCpus> alike(int ranks, const std::vector<int>& mask, const std::vector<CpuQuota>& quotas = {}) {
  return alike(ranks, cores_of(mask), quotas);
}

/// That each worker has a core of its own, which its rank may use, and that threads of a rank are in order.
void expect_own_cores(const std::vector<RankCpus>& ranks, int threads) {
  const Binding binding = plan_binding(ranks, threads, false);
  EXPECT_EQ(binding.shortage, Shortage::none);
  ASSERT_EQ(binding.cpus.size(), ranks.size());
  std::map<std::string, std::set<int>> taken;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    EXPECT_EQ(binding.cpus[rank].size(), static_cast<std::size_t>(threads));
    const std::vector<int> allowed = cpus_of(ranks[rank].cores);
    auto from = allowed.begin();
    for (const int cpu : binding.cpus[rank]) {
      EXPECT_TRUE(taken[ranks[rank].host].insert(cpu).second) << "cpu " << cpu << " twice";
      from = std::find(from, allowed.end(), cpu);
      EXPECT_NE(from, allowed.end()) << "rank " << rank << ", cpu " << cpu;
    }
  }
}

TEST(PlanBinding, FillsANodeFromTheFirstCoreOnWhateverTheShape) {
  for (const MadeUpMachine& made_up : made_up_machines()) {
    const std::vector<int> cores = range(0, made_up.cores);
    for (int ranks = 1; ranks <= made_up.cores; ++ranks) {
      if (made_up.cores % ranks != 0 && ranks != 5) continue;
      const int threads = made_up.cores / ranks;
      const Trying trying({{"machine", made_up.name}, {"ranks", ranks}, {"threads", threads}});
      const Binding binding = plan_binding(alike(ranks, cores), threads, false);
      EXPECT_EQ(binding.shortage, Shortage::none);
      for (int rank = 0; rank < ranks; ++rank) {
        EXPECT_EQ(binding.cpus[static_cast<std::size_t>(rank)], range(rank * threads, (rank + 1) * threads));
      }
      EXPECT_EQ(threads_for_each_rank(alike(ranks, cores)), threads);
    }
  }
}

TEST(PlanBinding, KeepsToTheMachinesOrder) {
  // Sockets whose cores are numbered in turn.
  const auto binding = plan_binding(alike(2, {0, 2, 4, 1, 3, 5}), 3, false);
  EXPECT_EQ(binding.cpus, (Cpus{{0, 2, 4}, {1, 3, 5}}));
}

TEST(PlanBinding, TellsOfTooFewCoresAndSharesThemOnlyIfAsked) {
  const auto ranks = alike(3, {0, 1, 2, 3});
  EXPECT_EQ(threads_for_each_rank(ranks), 1);
  expect_own_cores(ranks, 1);
  const Binding refused = plan_binding(ranks, 2, false);
  EXPECT_EQ(refused.shortage, Shortage::cores);
  EXPECT_EQ(refused.cpus, (Cpus{{}, {}, {}}));
  const Binding shared = plan_binding(ranks, 2, true);
  EXPECT_EQ(shared.shortage, Shortage::cores);
  EXPECT_EQ(shared.cpus, (Cpus{{0, 1}, {2, 3}, {0, 1}}));
}

TEST(PlanBinding, SharesEvenlyWhereRanksOutnumberCores) {
  const auto ranks = alike(10, {4, 5, 6});
  EXPECT_EQ(threads_for_each_rank(ranks), 1);
  const Binding shared = plan_binding(ranks, 1, true);
  std::map<int, int> workers;
  for (const auto& cpus : shared.cpus) ++workers[cpus.at(0)];
  EXPECT_EQ(workers, (std::map<int, int>{{4, 4}, {5, 3}, {6, 3}}));
}

TEST(PlanBinding, GivesRanksWithMasksOfTheirOwnTheirOwnCores) {
  const auto ranks = on_one_node({{0, 1, 2}, {3, 4, 5}, {6, 7}});
  EXPECT_EQ(plan_binding(ranks, 2, false).cpus, (Cpus{{0, 1}, {3, 4}, {6, 7}}));
  // As many for each as the one with fewest may have, so that all ranks agree.
  EXPECT_EQ(threads_for_each_rank(ranks), 2);
  EXPECT_EQ(plan_binding(ranks, 3, false).shortage, Shortage::cores);
}

TEST(PlanBinding, FindsOwnCoresInMasksThatOverlap) {
  // The first come would take what is all that the last have.
  expect_own_cores(on_one_node({{0, 1, 2, 3}, {0, 1}}), 2);
  expect_own_cores(on_one_node({{0, 1}, {1, 2}, {0}}), 1);
  expect_own_cores(on_one_node({{0, 1, 2, 3, 4, 5}, {0, 1, 2, 3}, {0, 1}}), 2);
  EXPECT_EQ(plan_binding(on_one_node({{0, 1, 2, 3}, {0, 1}}), 2, false).cpus, (Cpus{{2, 3}, {0, 1}}));
  const auto too_few = on_one_node({{0, 1}, {0, 1}, {0, 1, 2, 3, 4}});
  EXPECT_EQ(threads_for_each_rank(too_few), 1);
  EXPECT_EQ(plan_binding(too_few, 2, false).shortage, Shortage::cores);
}

TEST(PlanBinding, OfOneNodeIsNotAnothers) {
  std::vector<RankCpus> ranks{on("a", cores_of({0, 1})), on("b", cores_of({0, 1})), on("a", cores_of({0, 1}))};
  expect_own_cores(ranks, 1);
  EXPECT_EQ(plan_binding(ranks, 1, false).cpus, (Cpus{{0}, {0}, {1}}));
  // Node b has room for two threads, but all ranks have the same number.
  EXPECT_EQ(threads_for_each_rank(ranks), 1);
  const Binding shared = plan_binding(ranks, 2, true);
  EXPECT_EQ(shared.shortage, Shortage::cores);
  EXPECT_EQ(shared.cpus, (Cpus{{0, 1}, {0, 1}, {0, 1}}));
}

TEST(PlanBinding, HasNothingForARankWithoutCores) {
  const auto ranks = on_one_node({{}, {0}});
  EXPECT_EQ(threads_for_each_rank(ranks), 1);
  const Binding binding = plan_binding(ranks, 1, true);
  EXPECT_EQ(binding.shortage, Shortage::cores);
  EXPECT_EQ(binding.cpus, (Cpus{{}, {0}}));
}

TEST(CpuQuotas, AreWorthTheirWholeCpusAndAlwaysOne) {
  const std::vector<int> cores = range(0, 8);
  const auto cores_with = [&](double cpus) { return threads_for_each_rank(alike(1, cores, {{"/job", cpus}})); };
  EXPECT_EQ(cores_with(3), 3);
  EXPECT_EQ(cores_with(3.9), 3);
  EXPECT_EQ(cores_with(0.25), 1);
  EXPECT_EQ(cores_with(8), 8);
  EXPECT_EQ(cores_with(64), 8);
  EXPECT_EQ(cores_with(1e30), 8);
  EXPECT_EQ(plan_binding(alike(1, cores, {{"/job", 0.25}}), 1, false).shortage, Shortage::none);
}

TEST(CpuQuotas, AreSharedByTheRanksOfTheirGroup) {
  const auto ranks = alike(4, range(0, 8), {{"/job", 6}});
  EXPECT_EQ(threads_for_each_rank(ranks), 1);
  const Binding binding = plan_binding(ranks, 2, false);
  EXPECT_EQ(binding.shortage, Shortage::quota);
  EXPECT_EQ(binding.quota_cores, 6);
  // Each could have a core: it is time that is short.
  EXPECT_EQ(binding.cpus, (Cpus{{0, 1}, {2, 3}, {4, 5}, {6, 7}}));
  // Where cores are short as well, that is what counts.
  EXPECT_EQ(plan_binding(ranks, 3, true).shortage, Shortage::cores);
}

TEST(CpuQuotas, OfNestedGroupsHoldAllOfThem) {
  std::vector<RankCpus> ranks;
  for (const char* task : {"/job/0", "/job/1", "/job/2"}) {
    ranks.push_back(on("node", cores_of(range(0, 16)), {{task, 4}, {"/job", 9}}));
  }
  EXPECT_EQ(threads_for_each_rank(ranks), 3);
  EXPECT_EQ(plan_binding(ranks, 4, false).quota_cores, 9);
  EXPECT_EQ(plan_binding(ranks, 5, false).quota_cores, 4);
  // A group of the same name on another node is another group.
  ranks[2].host = "other";
  EXPECT_EQ(threads_for_each_rank(ranks), 4);
}

TEST(QuotaNote, SaysWhatTheQuotaKeepsFromTheRanks) {
  EXPECT_EQ(quota_note({}), "");
  EXPECT_EQ(quota_note(alike(2, range(0, 8))), "");
  EXPECT_EQ(quota_note(alike(2, range(0, 8), {{"/job", 8}})), "");
  EXPECT_EQ(quota_note(alike(2, range(0, 8), {{"/job", 2.5}, {"/", 6}})),
            "a CPU quota allows 2 of the 8 cores that the ranks may run on");
  EXPECT_EQ(quota_note(alike(1, range(0, 2), {{"/job", 0.5}})),
            "a CPU quota allows 1 of the 2 cores that the rank may run on");
}

const PlacementPolicy& policy(const std::string& name) {
  return *std::ranges::find(placement_policies(), name, &PlacementPolicy::name);
}

Cpus placed(const std::string& name, const std::vector<RankCpus>& ranks, int threads) {
  const Binding binding = plan_binding(ranks, threads, false, policy(name));
  EXPECT_EQ(binding.refusal, "");
  EXPECT_EQ(binding.shortage, Shortage::none);
  return binding.cpus;
}

std::string refused(const std::string& name, const std::vector<RankCpus>& ranks, int threads) {
  const Binding binding = plan_binding(ranks, threads, true, policy(name));
  EXPECT_EQ(binding.cpus, Cpus(ranks.size()));
  return binding.refusal;
}

/// Cores in order, each with one CPU: so many of each cache. A cache has the number of its first core.
std::vector<Core> cores_by_cache(const std::vector<int>& sizes) {
  std::vector<Core> cores;
  for (const int size : sizes) {
    const auto first = static_cast<int>(cores.size());
    for (int core = 0; core < size; ++core) cores.push_back({first + core, {first + core}, first});
  }
  return cores;
}

std::vector<Core> some_of(const std::vector<Core>& cores, const std::vector<int>& numbers) {
  std::vector<Core> some;
  std::ranges::copy_if(cores, std::back_inserter(some),
                       [&](const Core& core) { return std::ranges::count(numbers, core.number) > 0; });
  return some;
}

TEST(Spread, DealsWorkersInEvenSharesOverTheCachesOfANode) {
  const std::vector<Core> cores = cores_by_cache({4, 4, 4, 4});
  EXPECT_EQ(placed("spread", alike(4, cores), 1), (Cpus{{0}, {4}, {8}, {12}}));
  // Fewer workers than caches lie as far apart as can be.
  EXPECT_EQ(placed("spread", alike(2, cores), 1), (Cpus{{0}, {8}}));
  EXPECT_EQ(placed("spread", alike(1, cores), 3), (Cpus{{0, 4, 8}}));
  // Neighbours share a cache before others do.
  EXPECT_EQ(placed("spread", alike(2, cores), 4), (Cpus{{0, 1, 4, 5}, {8, 9, 12, 13}}));
  EXPECT_EQ(placed("spread", alike(3, cores), 2), (Cpus{{0, 1}, {4, 8}, {9, 12}}));
  EXPECT_EQ(placed("spread", alike(4, cores), 4), placed("packed", alike(4, cores), 4));
}

TEST(Spread, GivesACacheNoMoreThanItsCores) {
  const std::vector<Core> cores = cores_by_cache({1, 4, 3});
  EXPECT_EQ(placed("spread", alike(7, cores), 1), (Cpus{{0}, {1}, {2}, {3}, {5}, {6}, {7}}));
  EXPECT_EQ(placed("spread", alike(8, cores), 1), placed("packed", alike(8, cores), 1));
  EXPECT_EQ(plan_binding(alike(9, cores), 1, false, policy("spread")).shortage, Shortage::cores);
}

TEST(Spread, DealsWhatEachRankMayUse) {
  const std::vector<Core> cores = cores_by_cache({2, 2, 2, 2});
  // A socket each, in either order.
  const auto first = some_of(cores, {0, 1, 2, 3});
  const auto second = some_of(cores, {4, 5, 6, 7});
  EXPECT_EQ(placed("spread", {on("a", first), on("a", second)}, 2), (Cpus{{0, 2}, {4, 6}}));
  EXPECT_EQ(placed("spread", {on("a", second), on("a", first)}, 2), (Cpus{{4, 6}, {0, 2}}));
  // The one would take what is all that the other has; it goes where there is most room.
  EXPECT_EQ(placed("spread", {on("a", some_of(cores, {0})), on("a", cores)}, 1), (Cpus{{0}, {2}}));
  EXPECT_EQ(placed("spread", {on("a", cores), on("a", some_of(cores, {0}))}, 1), (Cpus{{2}, {0}}));
  // On two nodes, each is dealt by itself.
  EXPECT_EQ(placed("spread", {on("a", cores), on("b", cores), on("a", cores)}, 1), (Cpus{{0}, {0}, {4}}));
}

TEST(OnePerL3, GivesEachRankACacheWithAllItsThreads) {
  const std::vector<Core> cores = cores_by_cache({4, 4, 2, 4});
  EXPECT_EQ(placed("one-per-l3", alike(4, cores), 2), (Cpus{{0, 1}, {4, 5}, {8, 9}, {10, 11}}));
  // The small one is left out.
  EXPECT_EQ(placed("one-per-l3", alike(3, cores), 4), (Cpus{{0, 1, 2, 3}, {4, 5, 6, 7}, {10, 11, 12, 13}}));
  EXPECT_EQ(threads_for_each_rank(alike(3, cores), policy("one-per-l3")), 4);
  EXPECT_EQ(threads_for_each_rank(alike(4, cores), policy("one-per-l3")), 2);
  // The first must leave the second the only one that it has.
  EXPECT_EQ(placed("one-per-l3", {on("a", cores), on("a", some_of(cores, {1, 2}))}, 2), (Cpus{{4, 5}, {1, 2}}));
}

TEST(OnePerL3, IsRefusedWhereCachesOrTheirCoresAreTooFew) {
  const std::vector<Core> cores = cores_by_cache({4, 2});
  EXPECT_EQ(refused("one-per-l3", alike(3, cores), 2),
            "placement one-per-l3: 3 ranks on node for 2 L3 caches with 2 cores or more that may be used");
  EXPECT_EQ(refused("one-per-l3", alike(1, cores), 5),
            "placement one-per-l3: 1 rank on node for 0 L3 caches with 5 cores or more that may be used");
  std::vector<RankCpus> ranks = alike(2, some_of(cores, {3}));
  for (RankCpus& rank : ranks) rank.last_level_cache = "package";
  EXPECT_EQ(refused("one-per-l3", ranks, 1),
            "placement one-per-l3: 2 ranks on node for 1 package with 1 core or more that may be used");
}

TEST(Siblings, FillTheHardwareThreadsOfACoreBeforeTheNextCore) {
  const std::vector<Core> cores{{0, {0, 4}, 0}, {1, {1, 5}, 0}, {2, {2}, 0}};
  EXPECT_EQ(placed("siblings", alike(2, cores), 2), (Cpus{{0, 4}, {1, 5}}));
  EXPECT_EQ(placed("siblings", alike(1, cores), 5), (Cpus{{0, 4, 1, 5, 2}}));
  EXPECT_EQ(threads_for_each_rank(alike(2, cores), policy("siblings")), 2);
  EXPECT_EQ(plan_binding(alike(2, cores), 3, true, policy("siblings")).cpus, (Cpus{{0, 4, 1}, {5, 2, 0}}));
  // One that has but one of a core's threads, and one that has both.
  EXPECT_EQ(placed("siblings", {on("a", cores), on("a", {{0, {0}, 0}})}, 1), (Cpus{{4}, {0}}));
}

TEST(Siblings, AreRefusedWhereNoCoreHasTwo) {
  EXPECT_EQ(refused("siblings", alike(2, {0, 1}), 1),
            "placement siblings: no core on node has a second hardware thread that may be used");
}

TEST(Siblings, AreUsedByThePolicyOfThatNameAlone) {
  // Each rank may use one hardware thread, and the two are of one core.
  const std::vector<RankCpus> ranks{on("a", {{0, {0}, 0}}), on("a", {{0, {4}, 0}})};
  for (const char* name : {"packed", "spread"}) {
    EXPECT_EQ(plan_binding(ranks, 1, false, policy(name)).shortage, Shortage::cores) << name;
  }
  EXPECT_EQ(plan_binding(ranks, 1, true).cpus, (Cpus{{0}, {4}}));
}

TEST(EveryPolicy, PlacesOneWorkerAlike) {
  const std::vector<RankCpus> ranks = alike(1, {{3, {3, 7}, 2}, {4, {4, 8}, 4}});
  for (const PlacementPolicy& each : placement_policies()) {
    EXPECT_EQ(placed(std::string(each.name), ranks, 1), (Cpus{{3}})) << each.name;
  }
}

TEST(EveryPolicy, KeepsQuotas) {
  const auto ranks = alike(2, cores_by_cache({2, 2}), {{"/job", 3}});
  for (const char* name : {"packed", "spread", "one-per-l3"}) {
    const Binding binding = plan_binding(ranks, 2, false, policy(name));
    EXPECT_EQ(binding.shortage, Shortage::quota) << name;
    EXPECT_EQ(binding.quota_cores, 3) << name;
    EXPECT_EQ(threads_for_each_rank(ranks, policy(name)), 1) << name;
  }
}

/// Whether every rank can have so many of these to itself, tried out by taking away: Hall's condition, over all sets of
/// ranks.
bool can_be_matched(const std::vector<std::set<int>>& allowed, int each) {
  for (unsigned set = 1; set < 1u << allowed.size(); ++set) {
    std::set<int> together;
    int ranks = 0;
    for (std::size_t rank = 0; rank < allowed.size(); ++rank) {
      if ((set >> rank & 1u) == 0) continue;
      ++ranks;
      together.insert(allowed[rank].begin(), allowed[rank].end());
    }
    if (std::cmp_less(together.size(), ranks * each)) return false;
  }
  return true;
}

/// A node of some caches, cores and hardware threads, and ranks that may each use a part of it.
class RandomNode {
 public:
  explicit RandomNode(unsigned seed) : random_(seed), share_masks_(between(0, 1) == 0) {
    const int caches = between(1, 4);
    const int threads = between(1, 2);
    std::vector<int> sizes;
    for (int cache = 0; cache < caches; ++cache) sizes.push_back(between(1, 4));
    cores_ = cores_by_cache(sizes);
    for (Core& core : cores_) {
      if (threads == 2) core.cpus.push_back(core.number + 100);
    }
    ranks_ = std::vector<RankCpus>(static_cast<std::size_t>(between(1, 5)), on("node", mask()));
    for (RankCpus& rank : ranks_) {
      if (!share_masks_) rank.cores = mask();
    }
    threads_ = between(1, 3);
  }

  const std::vector<RankCpus>& ranks() const { return ranks_; }
  int threads() const { return threads_; }
  bool share_masks() const { return share_masks_; }

  std::vector<std::set<int>> allowed(const auto& things) const {
    std::vector<std::set<int>> all;
    for (const RankCpus& rank : ranks_) {
      std::set<int>& own = all.emplace_back();
      for (const Core& core : rank.cores) {
        for (const int thing : things(core)) own.insert(thing);
      }
    }
    return all;
  }

  /// The caches of which each rank may use cores for all its threads.
  std::vector<std::set<int>> large_caches() const {
    std::vector<std::set<int>> all;
    for (const RankCpus& rank : ranks_) {
      std::set<int>& own = all.emplace_back();
      for (const Core& core : rank.cores) {
        if (std::ranges::count(rank.cores, core.cache, &Core::cache) >= threads_) own.insert(core.cache);
      }
    }
    return all;
  }

 private:
  int between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }

  std::vector<Core> mask() {
    std::vector<Core> part;
    for (Core core : cores_) {
      std::erase_if(core.cpus, [&](int) { return between(0, 3) == 0; });
      if (!core.cpus.empty()) part.push_back(core);
    }
    return part;
  }

  std::mt19937 random_;
  bool share_masks_;
  std::vector<Core> cores_;
  std::vector<RankCpus> ranks_;
  int threads_ = 1;
};

/// That each worker has a CPU that its rank may use, which nobody shares with it: nor its core, unless that was asked.
void expect_sound(const RandomNode& node, const PlacementPolicy& policy, const Binding& binding) {
  std::set<int> taken;
  for (std::size_t rank = 0; rank < node.ranks().size(); ++rank) {
    ASSERT_EQ(binding.cpus[rank].size(), static_cast<std::size_t>(node.threads()));
    for (const int cpu : binding.cpus[rank]) {
      const auto& cores = node.ranks()[rank].cores;
      const auto core =
          std::ranges::find_if(cores, [&](const Core& each) { return std::ranges::count(each.cpus, cpu) > 0; });
      ASSERT_NE(core, cores.end()) << "cpu " << cpu;
      EXPECT_TRUE(taken.insert(policy.siblings ? cpu : core->number).second) << "cpu " << cpu;
    }
  }
}

/// Workers on each cache that can have some, where all ranks may use the same cores.
std::map<int, int> shares_of(const RandomNode& node, const Binding& binding) {
  std::map<int, int> shares;
  for (const Core& core : node.ranks().front().cores) {
    int& share = shares[core.cache];
    for (const auto& cpus : binding.cpus) share += static_cast<int>(std::ranges::count(cpus, core.cpus.front()));
  }
  return shares;
}

TEST(EveryPolicy, PlacesAllWorkersOfAnyNodeIfThereIsAWay) {
  const auto core_of = [](const Core& core) { return std::vector{core.number}; };
  const auto cpus_of_core = [](const Core& core) { return core.cpus; };
  int found = 0;
  for (unsigned seed = 0; seed < 3000; ++seed) {
    const RandomNode node(seed);
    for (const PlacementPolicy& each : placement_policies()) {
      const Trying trying({{"seed", seed}, {"policy", std::string(each.name)}});
      const Binding binding = plan_binding(node.ranks(), node.threads(), false, each);
      const bool is_placed = binding.refusal.empty() && binding.shortage == Shortage::none;
      const bool has_siblings = std::ranges::any_of(node.ranks(), [](const RankCpus& rank) {
        return std::ranges::any_of(rank.cores, [](const Core& core) { return core.cpus.size() > 1; });
      });
      const bool should_be = each.name == "one-per-l3" ? can_be_matched(node.large_caches(), 1)
                             : each.siblings
                                 ? has_siblings && can_be_matched(node.allowed(cpus_of_core), node.threads())
                                 : can_be_matched(node.allowed(core_of), node.threads());
      ASSERT_EQ(is_placed, should_be);
      if (!is_placed) continue;
      ++found;
      expect_sound(node, each, binding);
      if (each.name == "one-per-l3") {
        std::map<int, std::size_t> rank_of;
        for (std::size_t rank = 0; rank < node.ranks().size(); ++rank) {
          for (const int cpu : binding.cpus[rank]) {
            const int cache = std::ranges::find_if(node.ranks()[rank].cores, [&](const Core& core) {
                                return std::ranges::count(core.cpus, cpu) > 0;
                              })->cache;
            EXPECT_EQ(rank_of.emplace(cache, rank).first->second, rank) << "two ranks on one cache";
          }
        }
        EXPECT_EQ(rank_of.size(), node.ranks().size()) << "a rank on two caches";
      }
      if (each.name == "spread" && node.share_masks()) {
        const std::map<int, int> shares = shares_of(node, binding);
        int most = 0;
        for (const auto& [cache, share] : shares) most = std::max(most, share);
        for (const auto& [cache, share] : shares) {
          const auto cores = std::ranges::count(node.ranks().front().cores, cache, &Core::cache);
          EXPECT_GE(share, std::min<std::ptrdiff_t>(cores, most - 1)) << "cache " << cache;
        }
      }
    }
  }
  EXPECT_GT(found, 2000);
}

/// On this machine, whatever it is.
class BindWorkers : public testing::Test {
  const KeptBinding kept_;
};

TEST_F(BindWorkers, TellsEveryRankWhyAPolicyPlacesNobody) {
  const auto ranks = static_cast<int>(this_machine().allowed_cores.size()) + 1;
  on_ranks(ranks, [&](Communicator& comm) {
    const Placing placing = bind_workers(comm, 1, true, policy("one-per-l3"));
    EXPECT_EQ(placing.refusal, why_no_placement(comm, policy("one-per-l3")));
    EXPECT_TRUE(placing.refusal.starts_with("placement one-per-l3: " + std::to_string(ranks) + " ranks on "))
        << placing.refusal;
    EXPECT_EQ(placing.shortage, "");
  });
}

TEST_F(BindWorkers, PutsEveryWorkerOnACoreOrSaysWhyNot) {
  const auto cores = static_cast<int>(this_machine().allowed_cores.size());
  for (const int ranks : {1, 2, cores, cores + 1}) {
    on_ranks(ranks, [&](Communicator& comm) {
      const std::string refused = bind_workers(comm, 1, false).shortage;
      const std::string shared = bind_workers(comm, 1, true).shortage;
      EXPECT_EQ(refused, shared);
      // The machine that this runs on may have a quota.
      const auto here = alike(ranks, this_machine().allowed_cores, read_control_groups().cpu_quotas);
      EXPECT_EQ(refused.empty(), plan_binding(here, 1, true).shortage == Shortage::none);
      EXPECT_EQ(threads_per_rank(comm), threads_for_each_rank(here));
      if (ranks > cores) {
        EXPECT_EQ(shared, std::to_string(ranks) + " ranks x 1 threads are more than the cores they may use");
      }
      cpu_set_t bound;
      CPU_ZERO(&bound);
      sched_getaffinity(0, sizeof bound, &bound);
      EXPECT_EQ(CPU_COUNT(&bound), 1);
      const auto places = observe_workers(comm, 1);
      if (comm.rank() == 0) {
        EXPECT_EQ(share_a_core(places, false), ranks > cores);
      }
    });
  }
}

}  // namespace
}  // namespace trafficbench
