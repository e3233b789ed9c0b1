// What is seen of a node, and what is told to the kernels of it, on machines that are not here.
#include "drivers/machine/topology.hpp"

#include <fmt/format.h>
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

/// A logical CPU of a made-up tree of the system's files: who shares its core and caches.
struct CpuFiles {
  int number = 0;
  int core_id = 0;
  std::vector<int> siblings;
  std::vector<int> l2;
};

/// Writes what Linux says of these CPUs, which are those that are online; all share an L3.
void write_cpus(const std::string& root, const std::string& online, const std::vector<CpuFiles>& cpus,
                const std::string& facts = "") {
  const auto write = [&](const std::string& path, const std::string& text) {
    const std::filesystem::path whole = std::filesystem::path(root) / path;
    std::filesystem::create_directories(whole.parent_path());
    write_text(whole.string(), text + "\n");
  };
  // As a list for those who read the files, and as a mask for hwloc.
  const auto write_set = [&](const std::string& list, const std::string& map, const std::vector<int>& members) {
    unsigned mask = 0;
    for (const int member : members) mask |= 1U << member;
    write(list, fmt::format("{}", fmt::join(members, ",")));
    write(map, fmt::format("{:x}", mask));
  };
  std::vector<int> all;
  for (const CpuFiles& cpu : cpus) all.push_back(cpu.number);
  write("sys/devices/system/cpu/online", online);
  write("sys/devices/system/cpu/possible", "0-9");
  write("proc/cpuinfo", "processor\t: 0\n" + facts + "model name\t: made up");
  for (const CpuFiles& cpu : cpus) {
    const std::string folder = fmt::format("sys/devices/system/cpu/cpu{}/", cpu.number);
    write(folder + "online", "1");
    write(folder + "topology/core_id", std::to_string(cpu.core_id));
    write(folder + "topology/physical_package_id", "0");
    write_set(folder + "topology/thread_siblings_list", folder + "topology/thread_siblings", cpu.siblings);
    write_set(folder + "topology/core_siblings_list", folder + "topology/core_siblings", all);
    for (const auto& [level, sharing] : {std::pair(2, cpu.l2), std::pair(3, all)}) {
      const std::string cache = fmt::format("{}cache/index{}/", folder, level - 2);
      write(cache + "level", std::to_string(level));
      write(cache + "type", "Unified");
      write(cache + "size", "2048K");
      write_set(cache + "shared_cpu_list", cache + "shared_cpu_map", sharing);
    }
  }
}

Machine look_at_files(const std::string& way, const std::string& root, const std::vector<int>& mask) {
  if (way == "Files") return machine_from_files(root, mask);
  setenv("HWLOC_FSROOT", root.c_str(), 1);
  Machine machine = look_at_machine(mask);
  unsetenv("HWLOC_FSROOT");
  return machine;
}

TEST_P(Topology, CountsCoresThatAreUnlike) {
  // Two cores of two threads, four of one that share an L2.
  const TemporaryFolder root;
  std::vector<CpuFiles> cpus;
  for (const int cpu : range(0, 4))
    cpus.push_back({cpu, cpu / 2, range(cpu / 2 * 2, cpu / 2 * 2 + 2), range(cpu / 2 * 2, cpu / 2 * 2 + 2)});
  for (const int cpu : range(4, 8)) cpus.push_back({cpu, cpu, {cpu}, range(4, 8)});
  write_cpus(root.file(""), "0-7", cpus);
  const Machine machine = look_at_files(GetParam().name, root.file(""), range(0, 8));
  EXPECT_EQ(machine.cores, 6);
  EXPECT_EQ(machine.cpus, 8);
  EXPECT_EQ(machine.threads_per_core, 2);
  EXPECT_EQ(first_cpus(machine), (std::vector<int>{0, 2, 4, 5, 6, 7}));
  EXPECT_EQ(machine.doubt, "");
}

TEST_P(Topology, LeavesOutWhatIsSwitchedOff) {
  // Of four cores of two threads: 0 is off altogether, 1 has one left.
  const TemporaryFolder root;
  std::vector<CpuFiles> cpus{{5, 1, {5}, {5}}};
  for (const int core : {2, 3}) {
    for (const int cpu : {core, core + 4}) cpus.push_back({cpu, core, {core, core + 4}, {core, core + 4}});
  }
  write_cpus(root.file(""), "2-3,5-7", cpus);
  const Machine machine = look_at_files(GetParam().name, root.file(""), {2, 3, 5, 6, 7});
  EXPECT_EQ(machine.cores, 3);
  EXPECT_EQ(machine.cpus, 5);
  EXPECT_EQ(machine.threads_per_core, 2);
  EXPECT_EQ(machine.allowed_cores.size(), 3U);
  EXPECT_EQ(machine.caches.size(), 2U);
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

/// As look_at_machine sees it with that variable set.
Machine with_variable(const char* name, const std::string& value, const std::vector<int>& mask) {
  setenv(name, value.c_str(), 1);
  Machine machine = look_at_machine(mask);
  unsetenv(name);
  return machine;
}

TEST(TopologyOfHwloc, TakesALogicalCpuThatIsInNoCoreForOne) {
  // Groups of CPUs of which nobody says what is a core.
  const TemporaryFolder root;
  std::string xml =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n<topology "
      "version=\"2.0\">\n"
      "<object type=\"Machine\" os_index=\"0\" cpuset=\"0xf\" complete_cpuset=\"0xf\" allowed_cpuset=\"0xf\" "
      "nodeset=\"0x1\" complete_nodeset=\"0x1\" allowed_nodeset=\"0x1\" gp_index=\"1\">\n"
      "<object type=\"NUMANode\" os_index=\"0\" cpuset=\"0xf\" complete_cpuset=\"0xf\" nodeset=\"0x1\" "
      "complete_nodeset=\"0x1\" gp_index=\"2\" local_memory=\"1073741824\"/>\n";
  for (int cpu = 0; cpu < 4; ++cpu) {
    xml += fmt::format(
        "<object type=\"Group\" cpuset=\"0x{0:x}\" complete_cpuset=\"0x{0:x}\" nodeset=\"0x1\" "
        "complete_nodeset=\"0x1\" "
        "gp_index=\"{1}\" kind=\"1\" subkind=\"0\" dont_merge=\"1\"><object type=\"PU\" os_index=\"{2}\" "
        "cpuset=\"0x{0:x}\" complete_cpuset=\"0x{0:x}\" nodeset=\"0x1\" complete_nodeset=\"0x1\" "
        "gp_index=\"{3}\"/></object>\n",
        1U << cpu, 10 + cpu, cpu, 20 + cpu);
  }
  write_text(root.file("groups.xml"), xml + "</object>\n</topology>\n");
  const Machine machine = with_variable("HWLOC_XMLFILE", root.file("groups.xml"), range(0, 4));
  EXPECT_EQ(machine.cores, 4);
  EXPECT_EQ(machine.threads_per_core, 1);
  EXPECT_EQ(first_cpus(machine), range(0, 4));
  ASSERT_EQ(machine.numa.size(), 1U);
  EXPECT_EQ(machine.numa[0].cores, 4);
  EXPECT_EQ(machine.doubt, "");
}

TEST(TopologyOfHwloc, ThatCannotBeReadIsNoMachineOfOneCore) {
  const TemporaryFolder root;
  const std::vector<int> mask = affinity_mask();
  const Machine files = machine_from_files("/", mask);
  write_text(root.file("empty.xml"),
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n<topology "
             "version=\"2.0\">\n"
             "<object type=\"Machine\" os_index=\"0\" cpuset=\"0xf\" complete_cpuset=\"0xf\"></object></topology>\n");
  const std::pair<const char*, std::string> broken[] = {{"HWLOC_XMLFILE", root.file("empty.xml")},
                                                        {"HWLOC_COMPONENTS", "stop"}};
  for (const auto& [name, value] : broken) {
    const Machine machine = with_variable(name, value, mask);
    EXPECT_EQ(machine.cores, files.cores) << name;
    EXPECT_EQ(machine.cpus, files.cpus) << name;
    EXPECT_EQ(machine.allowed_cores, files.allowed_cores) << name;
    EXPECT_EQ(machine.caches.size(), files.caches.size()) << name;
    EXPECT_TRUE(machine.doubt.starts_with("hwloc cannot read this machine's topology")) << name;
  }
}

TEST(TopologyOfHwloc, ThatKnowsFewerCpusThanThereAreSaysSo) {
  const Machine machine = with_variable("HWLOC_SYNTHETIC", "pack:1 l3:1 core:2 pu:1", {0, 1, 2, 3});
  EXPECT_EQ(first_cpus(machine), range(0, 4));
  EXPECT_TRUE(machine.doubt.starts_with("hwloc knows nothing of 2 of the 4 logical CPUs")) << machine.doubt;
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

TEST(TopologyOfFiles, TakesCoresThatShareAUnitForTwo) {
  // AMD's Bulldozer: siblings with core numbers of their own.
  const TemporaryFolder root;
  std::vector<CpuFiles> cpus;
  for (const int cpu : range(0, 4))
    cpus.push_back({cpu, cpu, range(cpu / 2 * 2, cpu / 2 * 2 + 2), range(cpu / 2 * 2, cpu / 2 * 2 + 2)});
  for (const auto& [family, cores] : {std::pair("21", 4), std::pair("25", 2)}) {
    const std::string facts = fmt::format("vendor_id\t: AuthenticAMD\ncpu family\t: {}\n", family);
    write_cpus(root.file(""), "0-3", cpus, facts);
    const Machine machine = machine_from_files(root.file(""), range(0, 4));
    EXPECT_EQ(machine.cores, cores);
    EXPECT_EQ(machine.cpus, 4);
    EXPECT_EQ(machine.threads_per_core, 4 / cores);
    EXPECT_EQ(machine.allowed_cores.size(), static_cast<std::size_t>(cores));
  }
}

TEST(TopologyOfFiles, NamesTheCpu) { EXPECT_EQ(from_files({.name = "AMD EPYC 7742"}, {0}).cpu_model, "AMD EPYC 7742"); }

TEST(AllowedCores, AreThoseOfTheMaskOrACoreForEachOfItsCpus) {
  const std::vector<Core> cores{{0, {0, 2}, 0}, {1, {1, 3}, 1}};
  EXPECT_EQ(allowed_cores(cores, {1, 2, 3}), (std::vector<Core>{{0, {2}, 0}, {1, {1, 3}, 1}}));
  EXPECT_EQ(allowed_cores(cores, {1}), (std::vector<Core>{{1, {1}, 1}}));
  EXPECT_EQ(allowed_cores(cores, {7, 8}), (std::vector<Core>{{7, {7}, 0}, {8, {8}, 0}}));
  EXPECT_EQ(allowed_cores(cores, {2, 7}), (std::vector<Core>{{0, {2}, 0}, {7, {7}, 7}}));
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
