// What this node is: its cores and caches, and which of them this process may use.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "drivers/machine/core.hpp"

namespace trafficbench {

struct Cache {
  int level = 0;
  std::string type;  ///< "Data", "Instruction" or "Unified"
  std::int64_t bytes = 0;
  int sharing = 1;  ///< logical CPUs that share one
};

struct NumaRegion {
  int index = 0;
  int cores = 0;
  std::int64_t bytes = 0;
};

struct Machine {
  std::string cpu_model;
  int cores = 1;                 ///< with a logical CPU that is online
  int cpus = 1;                  ///< logical CPUs that are online
  int threads_per_core = 1;      ///< of the cores that have most: there are CPUs of unequal ones
  std::vector<Cache> caches;     ///< of the first core, nearest first
  std::vector<NumaRegion> numa;  ///< empty if unknown

  /// Those that this process may run on, in the machine's order, so that neighbours in the list share caches.
  std::vector<Core> allowed_cores;

  /// What Core::cache tells apart: the L3 caches; where there are none, the caches of the highest level that cores
  /// share, else the packages.
  std::string last_level_cache = "L3 cache";

  std::string doubt;  ///< why this may not be the node as it is; empty if nothing says so
};

/// Looks at the node anew: with hwloc, or in a build without it, and where hwloc cannot, by machine_from_files. `mask`
/// is what this process may run on: logical CPUs in ascending order.
Machine look_at_machine(const std::vector<int>& mask);

/// The node as the system's files in the folder `root` describe it. NUMA regions stay unknown.
Machine machine_from_files(const std::filesystem::path& root, const std::vector<int>& mask);

/// What look_at_machine saw at the first call: cheap, and before anything was bound.
const Machine& this_machine();

/// Every logical CPU that this process might run on when it was started, in ascending order.
std::vector<int> affinity_mask();

/// The first logical CPU of the core that this one belongs to; itself if the system does not say.
int core_of(int cpu);

/// The NUMA region of a logical CPU; -1 if the system does not say.
int numa_region_of(int cpu);

/// What tells CPUs apart that share a name ("AMD EPYC"): "family 25, model 17, stepping 1"; on Arm "implementer 0x41,
/// part 0xd4f, variant 0x0, revision 1". Empty if the system does not say.
std::string cpu_revision();

/// Name of the host, in UTF-8; "unknown" if it has none.
std::string host_name();

}  // namespace trafficbench
