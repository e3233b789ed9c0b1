// What is seen of a node, and what is told to the kernels of it, on machines that are not here.
#include "drivers/machine/topology.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "drivers/machine/tuning.hpp"
#include "tests/made_up_machine.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

/// Reads a made-up machine from files, as a build without hwloc does.
Machine from_files(const MadeUpMachine& made_up, const std::vector<int>& mask) {
  static std::map<std::string, TemporaryFolder> roots;
  const auto [root, fresh] = roots.try_emplace(made_up.name);
  if (fresh) made_up.write_files(root->second.file(""));
  return machine_from_files(root->second.file(""), mask);
}

/// As look_at_machine sees it, which looks at the system's files where the build is without hwloc.
Machine from_hwloc(const MadeUpMachine& made_up, const std::vector<int>& mask) {
  setenv("HWLOC_SYNTHETIC", made_up.hwloc_synthetic().c_str(), 1);
  const Machine machine = look_at_machine(mask);
  unsetenv("HWLOC_SYNTHETIC");
  return machine;
}

using Look = Machine (*)(const MadeUpMachine&, const std::vector<int>&);

struct Way {
  std::string name;
  Look look;
};

class Topology : public testing::TestWithParam<Way> {
 protected:
  static Machine look(const MadeUpMachine& made_up, const std::vector<int>& mask) {
    return GetParam().look(made_up, mask);
  }
};

TEST_P(Topology, HasItsCoresAndCaches) {
  for (const MadeUpMachine& made_up : made_up_machines()) {
    const Trying trying({{"machine", made_up.name}});
    const Machine machine = look(made_up, made_up.all_cpus());
    EXPECT_EQ(machine.cores, made_up.cores);
    EXPECT_EQ(machine.threads_per_core, made_up.threads_per_core);
    std::vector<int> levels;
    for (const Cache& cache : machine.caches) {
      if (cache.type == "Instruction") continue;
      levels.push_back(cache.level);
      const bool l3 = cache.level == 3;
      EXPECT_EQ(cache.sharing, (l3 ? made_up.cores_an_l3 : 1) * made_up.threads_per_core);
      EXPECT_EQ(cache.bytes, l3 ? made_up.l3_mib << 20 : cache.level == 2 ? 512 << 10 : 32 << 10);
      EXPECT_EQ(cache.type, cache.level == 1 ? "Data" : "Unified");
    }
    EXPECT_EQ(levels, (std::vector<int>{1, 2, 3}));
  }
}

/// The CPU of each core that a worker gets.
std::vector<int> first_cpus(const Machine& machine) {
  std::vector<int> cpus;
  for (const Core& core : machine.allowed_cores) cpus.push_back(core.cpus.front());
  return cpus;
}

TEST_P(Topology, GivesEachCoreThatIsAllowedOneWorker) {
  for (const MadeUpMachine& made_up : made_up_machines()) {
    const Trying trying({{"machine", made_up.name}});
    const int cores = made_up.cores;
    // All of it: both hardware threads of a core are in the mask, and one of them is taken.
    EXPECT_EQ(first_cpus(look(made_up, made_up.all_cpus())), range(0, cores));
    // Some cores, with both threads or only the first.
    EXPECT_EQ(first_cpus(look(made_up, made_up.cpus_of(cores / 2, cores))), range(cores / 2, cores));
    EXPECT_EQ(first_cpus(look(made_up, range(0, cores / 2))), range(0, cores / 2));
    // One logical CPU, which may be a core's second.
    const int last = cores * made_up.threads_per_core - 1;
    EXPECT_EQ(first_cpus(look(made_up, {last})), std::vector<int>{last});
  }
}

TEST_P(Topology, TellsWhichCoresShareTheLastLevelAndWhichCpusACore) {
  for (const MadeUpMachine& made_up : made_up_machines()) {
    const Trying trying({{"machine", made_up.name}});
    const Machine machine = look(made_up, made_up.all_cpus());
    EXPECT_EQ(machine.last_level_cache, "L3 cache");
    EXPECT_EQ(machine.allowed_cores, made_up.all_cores());
    // A mask hides CPUs, and changes no number.
    const int last = made_up.cores - 1;
    const Core seen = look(made_up, made_up.cpus_of_core(last)).allowed_cores.at(0);
    EXPECT_EQ(seen, made_up.all_cores().back());
    const Core half = look(made_up, {made_up.cpus_of_core(last).back()}).allowed_cores.at(0);
    EXPECT_EQ(half, (Core{last, {made_up.cpus_of_core(last).back()}, seen.cache}));
  }
}

std::vector<Way> ways() {
  std::vector<Way> all{{"Files", from_files}};
  if (TRAFFICBENCH_HAS_HWLOC) all.push_back({"Hwloc", from_hwloc});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Seen, Topology, testing::ValuesIn(ways()),
                         [](const auto& tested) { return tested.param.name; });

#if TRAFFICBENCH_HAS_HWLOC
TEST(TopologyOfHwloc, TakesWhatCoresShareWhereThereIsNoL3) {
  const auto seen = [](const char* synthetic) {
    setenv("HWLOC_SYNTHETIC", synthetic, 1);
    const Machine machine = look_at_machine(range(0, 8));
    unsetenv("HWLOC_SYNTHETIC");
    std::vector<int> caches;
    for (const Core& core : machine.allowed_cores) caches.push_back(core.cache);
    return std::pair(machine.last_level_cache, caches);
  };
  EXPECT_EQ(seen("pack:2 l2:2 core:2 pu:1"), std::pair(std::string("L2 cache"), std::vector{0, 0, 2, 2, 4, 4, 6, 6}));
  // A cache that each core has for itself tells nothing.
  EXPECT_EQ(seen("pack:2 l2:4 core:1 pu:1"), std::pair(std::string("package"), std::vector{0, 0, 0, 0, 4, 4, 4, 4}));
}

TEST(TopologyOfHwloc, HasNumaRegions) {
  for (const MadeUpMachine& made_up : made_up_machines()) {
    const Machine machine = from_hwloc(made_up, made_up.all_cpus());
    ASSERT_EQ(machine.numa.size(), static_cast<std::size_t>(made_up.numa_regions)) << made_up.name;
    for (const NumaRegion& region : machine.numa) EXPECT_EQ(region.cores, made_up.cores / made_up.numa_regions);
  }
}
#endif

TEST(TopologyOfFiles, TakesWhatIsMissingForOneCore) {
  const TemporaryFolder root;
  const Machine machine = machine_from_files(root.file(""), {4, 5});
  EXPECT_EQ(machine.cores, 1);
  EXPECT_EQ(machine.threads_per_core, 1);
  EXPECT_TRUE(machine.caches.empty());
  // Nothing says that the two are one core's.
  EXPECT_EQ(machine.allowed_cores, (std::vector<Core>{{4, {4}, 0}, {5, {5}, 0}}));
  EXPECT_EQ(machine.last_level_cache, "package");
}

TEST(TopologyOfFiles, TakesWhatCoresShareWhereThereIsNoL3) {
  const TemporaryFolder root;
  const std::string cpus = root.file("") + "/sys/devices/system/cpu/cpu";
  const auto write = [&](int cpu, const std::string& path, const std::string& text) {
    const std::filesystem::path whole = cpus + std::to_string(cpu) + "/" + path;
    std::filesystem::create_directories(whole.parent_path());
    write_text(whole.string(), text + "\n");
  };
  const auto caches = [&] {
    std::vector<int> numbers;
    const Machine machine = machine_from_files(root.file(""), range(0, 4));
    for (const Core& core : machine.allowed_cores) numbers.push_back(core.cache);
    return std::pair(machine.last_level_cache, numbers);
  };
  for (int cpu = 0; cpu < 4; ++cpu) {
    write(cpu, "topology/thread_siblings_list", std::to_string(cpu));
    write(cpu, "topology/core_siblings_list", cpu % 2 == 0 ? "0,2" : "1,3");
    write(cpu, "cache/index0/level", "2");
    write(cpu, "cache/index0/shared_cpu_list", std::to_string(cpu));
  }
  // Packages that are numbered in turn: the cores of each are neighbours all the same.
  EXPECT_EQ(caches(), std::pair(std::string("package"), std::vector{0, 0, 1, 1}));
  for (int cpu = 0; cpu < 4; ++cpu) write(cpu, "cache/index0/shared_cpu_list", cpu < 2 ? "0-1" : "2-3");
  EXPECT_EQ(caches(), std::pair(std::string("L2 cache"), std::vector{0, 0, 2, 2}));
}

TEST(TopologyOfFiles, NamesTheCpu) { EXPECT_EQ(from_files({.name = "AMD EPYC 7742"}, {0}).cpu_model, "AMD EPYC 7742"); }

TEST(AllowedCores, AreThoseOfTheMaskOrACoreForEachOfItsCpus) {
  const std::vector<Core> cores{{0, {0, 2}, 0}, {1, {1, 3}, 1}};
  EXPECT_EQ(allowed_cores(cores, {1, 2, 3}), (std::vector<Core>{{0, {2}, 0}, {1, {1, 3}, 1}}));
  EXPECT_EQ(allowed_cores(cores, {1}), (std::vector<Core>{{1, {1}, 1}}));
  EXPECT_EQ(allowed_cores(cores, {7, 8}), (std::vector<Core>{{7, {7}, 0}, {8, {8}, 0}}));
}

TEST(ThisMachine, HasACoreForThisProcess) {
  const Machine& machine = this_machine();
  EXPECT_GE(machine.cores, 1);
  EXPECT_GE(machine.threads_per_core, 1);
  ASSERT_FALSE(machine.allowed_cores.empty());
  EXPECT_FALSE(host_name().empty());
  for (const Core& core : machine.allowed_cores) EXPECT_GE(core_of(core.cpus.at(0)), 0);
}

TEST(TuningFor, DividesALevelByTheWorkersThatShareIt) {
  for (const MadeUpMachine& made_up : made_up_machines()) {
    const Trying trying({{"machine", made_up.name}});
    const Machine machine = from_files(made_up, made_up.all_cpus());
    for (int workers = 1; workers <= 2 * made_up.cores; ++workers) {
      const Tuning tuning = tuning_for(machine, workers);
      // Hardware threads of one core do not count: a core has one worker.
      EXPECT_EQ(tuning.l1_bytes, 32 << 10);
      EXPECT_EQ(tuning.l2_bytes, 512 << 10);
      EXPECT_EQ(tuning.l3_bytes, (made_up.l3_mib << 20) / std::min(workers, made_up.cores_an_l3)) << workers;
    }
  }
}

TEST(TuningFor, KeepsItsDefaultsOfWhatIsUnknown) {
  const Tuning otherwise;
  const Tuning nothing = tuning_for({}, 4);
  EXPECT_EQ(nothing.l1_bytes, otherwise.l1_bytes);
  EXPECT_EQ(nothing.l2_bytes, otherwise.l2_bytes);
  EXPECT_EQ(nothing.l3_bytes, otherwise.l3_bytes);
  Machine machine;
  machine.caches = {{1, "Instruction", 1 << 20, 1}, {2, "Unified", 0, 1}, {3, "Unified", 6 << 20, 0}};
  const Tuning some = tuning_for(machine, 0);
  EXPECT_EQ(some.l1_bytes, otherwise.l1_bytes);
  EXPECT_EQ(some.l2_bytes, otherwise.l2_bytes);
  EXPECT_EQ(some.l3_bytes, 6 << 20);
}

}  // namespace
}  // namespace trafficbench
