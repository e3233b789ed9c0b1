// Which core each worker gets, on machines that are not here.
#include "drivers/machine/binding.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
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

std::vector<RankCpus> on_one_node(std::vector<std::vector<int>> masks) {
  std::vector<RankCpus> ranks;
  for (std::vector<int>& mask : masks) ranks.push_back({"node", std::move(mask), {}});
  return ranks;
}

std::vector<RankCpus> alike(int ranks, const std::vector<int>& mask, const std::vector<CpuQuota>& quotas = {}) {
  return std::vector<RankCpus>(static_cast<std::size_t>(ranks), RankCpus{"node", mask, quotas});
}

/// That each worker has a core of its own, which its rank may use, and that threads of a rank are in order.
void expect_own_cores(const std::vector<RankCpus>& ranks, int threads) {
  const Binding binding = plan_binding(ranks, threads, false);
  EXPECT_EQ(binding.shortage, Shortage::none);
  ASSERT_EQ(binding.cpus.size(), ranks.size());
  std::map<std::string, std::set<int>> taken;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    EXPECT_EQ(binding.cpus[rank].size(), static_cast<std::size_t>(threads));
    auto from = ranks[rank].cpus.begin();
    for (const int cpu : binding.cpus[rank]) {
      EXPECT_TRUE(taken[ranks[rank].host].insert(cpu).second) << "cpu " << cpu << " twice";
      from = std::find(from, ranks[rank].cpus.end(), cpu);
      EXPECT_NE(from, ranks[rank].cpus.end()) << "rank " << rank << ", cpu " << cpu;
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
      EXPECT_EQ(cores_for_each_rank(alike(ranks, cores)), threads);
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
  EXPECT_EQ(cores_for_each_rank(ranks), 1);
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
  EXPECT_EQ(cores_for_each_rank(ranks), 1);
  const Binding shared = plan_binding(ranks, 1, true);
  std::map<int, int> workers;
  for (const auto& cpus : shared.cpus) ++workers[cpus.at(0)];
  EXPECT_EQ(workers, (std::map<int, int>{{4, 4}, {5, 3}, {6, 3}}));
}

TEST(PlanBinding, GivesRanksWithMasksOfTheirOwnTheirOwnCores) {
  const auto ranks = on_one_node({{0, 1, 2}, {3, 4, 5}, {6, 7}});
  EXPECT_EQ(plan_binding(ranks, 2, false).cpus, (Cpus{{0, 1}, {3, 4}, {6, 7}}));
  // As many for each as the one with fewest may have, so that all ranks agree.
  EXPECT_EQ(cores_for_each_rank(ranks), 2);
  EXPECT_EQ(plan_binding(ranks, 3, false).shortage, Shortage::cores);
}

TEST(PlanBinding, FindsOwnCoresInMasksThatOverlap) {
  // The first come would take what is all that the last have.
  expect_own_cores(on_one_node({{0, 1, 2, 3}, {0, 1}}), 2);
  expect_own_cores(on_one_node({{0, 1}, {1, 2}, {0}}), 1);
  expect_own_cores(on_one_node({{0, 1, 2, 3, 4, 5}, {0, 1, 2, 3}, {0, 1}}), 2);
  EXPECT_EQ(plan_binding(on_one_node({{0, 1, 2, 3}, {0, 1}}), 2, false).cpus, (Cpus{{2, 3}, {0, 1}}));
  const auto too_few = on_one_node({{0, 1}, {0, 1}, {0, 1, 2, 3, 4}});
  EXPECT_EQ(cores_for_each_rank(too_few), 1);
  EXPECT_EQ(plan_binding(too_few, 2, false).shortage, Shortage::cores);
}

TEST(PlanBinding, OfOneNodeIsNotAnothers) {
  std::vector<RankCpus> ranks{{"a", {0, 1}, {}}, {"b", {0, 1}, {}}, {"a", {0, 1}, {}}};
  expect_own_cores(ranks, 1);
  EXPECT_EQ(plan_binding(ranks, 1, false).cpus, (Cpus{{0}, {0}, {1}}));
  // Node b has room for two threads, but all ranks have the same number.
  EXPECT_EQ(cores_for_each_rank(ranks), 1);
  const Binding shared = plan_binding(ranks, 2, true);
  EXPECT_EQ(shared.shortage, Shortage::cores);
  EXPECT_EQ(shared.cpus, (Cpus{{0, 1}, {0, 1}, {0, 1}}));
}

TEST(PlanBinding, HasNothingForARankWithoutCores) {
  const auto ranks = on_one_node({{}, {0}});
  EXPECT_EQ(cores_for_each_rank(ranks), 1);
  const Binding binding = plan_binding(ranks, 1, true);
  EXPECT_EQ(binding.shortage, Shortage::cores);
  EXPECT_EQ(binding.cpus, (Cpus{{}, {0}}));
}

TEST(CpuQuotas, AreWorthTheirWholeCpusAndAlwaysOne) {
  const std::vector<int> cores = range(0, 8);
  const auto cores_with = [&](double cpus) { return cores_for_each_rank(alike(1, cores, {{"/job", cpus}})); };
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
  EXPECT_EQ(cores_for_each_rank(ranks), 1);
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
    ranks.push_back({"node", range(0, 16), {{task, 4}, {"/job", 9}}});
  }
  EXPECT_EQ(cores_for_each_rank(ranks), 3);
  EXPECT_EQ(plan_binding(ranks, 4, false).quota_cores, 9);
  EXPECT_EQ(plan_binding(ranks, 5, false).quota_cores, 4);
  // A group of the same name on another node is another group.
  ranks[2].host = "other";
  EXPECT_EQ(cores_for_each_rank(ranks), 4);
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

/// On this machine, whatever it is.
class BindWorkers : public testing::Test {
  const KeptBinding kept_;
};

TEST_F(BindWorkers, PutsEveryWorkerOnACoreOrSaysWhyNot) {
  const auto cores = static_cast<int>(this_machine().allowed_cpus.size());
  for (const int ranks : {1, 2, cores, cores + 1}) {
    on_ranks(ranks, [&](Communicator& comm) {
      const std::string refused = bind_workers(comm, 1, false);
      const std::string shared = bind_workers(comm, 1, true);
      EXPECT_EQ(refused, shared);
      // The machine that this runs on may have a quota.
      const auto here = alike(ranks, this_machine().allowed_cpus, read_control_groups().cpu_quotas);
      EXPECT_EQ(refused.empty(), plan_binding(here, 1, true).shortage == Shortage::none);
      EXPECT_EQ(cores_per_rank(comm), cores_for_each_rank(here));
      if (ranks > cores) {
        EXPECT_EQ(shared, std::to_string(ranks) + " ranks x 1 threads are more than the cores they may use");
      }
      cpu_set_t bound;
      CPU_ZERO(&bound);
      sched_getaffinity(0, sizeof bound, &bound);
      EXPECT_EQ(CPU_COUNT(&bound), 1);
      const auto places = observe_workers(comm, 1);
      if (comm.rank() == 0) {
        EXPECT_EQ(share_a_core(places), ranks > cores);
      }
    });
  }
}

}  // namespace
}  // namespace trafficbench
