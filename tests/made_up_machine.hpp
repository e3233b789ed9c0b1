// Machines that are not here, for tests of what is decided for them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "drivers/machine/core.hpp"
#include "tests/temporary_folder.hpp"

namespace trafficbench {

/// [first, end).
inline std::vector<int> range(int first, int end) {
  std::vector<int> numbers;
  for (int number = first; number < end; ++number) numbers.push_back(number);
  return numbers;
}

/// Equal cores in order: those of one L3 follow each other, those of one NUMA region and of one socket too. Logical CPU
/// c is the first hardware thread of core c, c + cores the second, as Linux numbers them.
struct MadeUpMachine {
  std::string name;
  int sockets = 1;
  int numa_regions = 1;
  int cores = 1;
  int threads_per_core = 1;
  int cores_an_l3 = 1;
  std::int64_t l3_mib = 16;

  std::vector<int> cpus_of_core(int core) const {
    std::vector<int> cpus;
    for (int thread = 0; thread < threads_per_core; ++thread) cpus.push_back(core + thread * cores);
    return cpus;
  }

  /// The logical CPUs of cores [first, end).
  std::vector<int> cpus_of(int first, int end) const {
    std::vector<int> cpus;
    for (int core = first; core < end; ++core) {
      for (const int cpu : cpus_of_core(core)) cpus.push_back(cpu);
    }
    std::ranges::sort(cpus);
    return cpus;
  }
  std::vector<int> all_cpus() const { return cpus_of(0, cores); }

  /// As a process sees them that may run on all.
  std::vector<Core> all_cores() const {
    std::vector<Core> all;
    for (int core = 0; core < cores; ++core) {
      all.push_back({core, cpus_of_core(core), core / cores_an_l3 * cores_an_l3});
    }
    return all;
  }

  /// As hwloc is told of it: how many of each there are in one of the level above, and the numbers of the logical CPUs.
  std::string hwloc_synthetic() const {
    const auto text = [](std::int64_t number) { return std::to_string(number); };
    std::string numbers;
    for (int core = 0; core < cores; ++core) {
      for (const int cpu : cpus_of_core(core)) numbers += (numbers.empty() ? "" : ",") + text(cpu);
    }
    return "pack:" + text(sockets) + " numa:" + text(numa_regions / sockets) +
           " l3:" + text(cores / numa_regions / cores_an_l3) + "(size=" + text(l3_mib << 20) +
           ") l2:" + text(cores_an_l3) + "(size=524288) l1d:1(size=32768) core:1 pu:" + text(threads_per_core) +
           "(indexes=" + numbers + ")";
  }

  /// Writes the files by which Linux describes it.
  void write_files(const std::filesystem::path& root) const {
    const std::filesystem::path all = root / "sys/devices/system/cpu";
    const auto write = [](const std::filesystem::path& path, const std::string& text) {
      std::filesystem::create_directories(path.parent_path());
      write_text(path.string(), text + "\n");
    };
    const auto joined = [](const std::vector<int>& cpus) {
      std::string text;
      for (const int cpu : cpus) text += (text.empty() ? "" : ",") + std::to_string(cpu);
      return text;
    };
    write(all / "online", cores * threads_per_core == 1 ? "0" : "0-" + std::to_string(cores * threads_per_core - 1));
    for (int core = 0; core < cores; ++core) {
      for (const int cpu : cpus_of_core(core)) {
        write(all / ("cpu" + std::to_string(cpu)) / "topology/thread_siblings_list", joined(cpus_of_core(core)));
      }
    }
    const auto cache = [&](int cpu, int index, const std::string& level, const std::string& type,
                           const std::string& size, const std::vector<int>& sharing) {
      const std::filesystem::path folder =
          all / ("cpu" + std::to_string(cpu)) / "cache" / ("index" + std::to_string(index));
      write(folder / "level", level);
      write(folder / "type", type);
      write(folder / "size", size);
      write(folder / "shared_cpu_list", joined(sharing));
    };
    for (int core = 0; core < cores; ++core) {
      const int first = core / cores_an_l3 * cores_an_l3;
      for (const int cpu : cpus_of_core(core)) {
        cache(cpu, 0, "1", "Data", "32K", cpus_of_core(core));
        cache(cpu, 1, "1", "Instruction", "64K", cpus_of_core(core));
        cache(cpu, 2, "2", "Unified", "512K", cpus_of_core(core));
        cache(cpu, 3, "3", "Unified", std::to_string(l3_mib) + "M", cpus_of(first, first + cores_an_l3));
      }
    }
    write(root / "proc/cpuinfo", "processor\t: 0\nmodel name\t: " + name);
  }
};

/// A laptop; a node of ARCHER2; a node whose numbers are no powers of two.
inline std::vector<MadeUpMachine> made_up_machines() {
  return {{"laptop", 1, 1, 2, 1, 2, 4},
          {"two of 64", 2, 8, 128, 2, 4, 16},
          {"two of 144", 2, 8, 288, 1, 12, 32},
          {"two of 144 with two threads", 2, 8, 288, 2, 12, 32}};
}

}  // namespace trafficbench
