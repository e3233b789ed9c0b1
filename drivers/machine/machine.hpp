// What this node is: cores, caches, memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/variant.hpp"

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

/// The node as hwloc sees it; without hwloc, as the system's files describe it.
struct Machine {
  std::string cpu_model;
  int cores = 1;
  int threads_per_core = 1;
  std::vector<Cache> caches;     ///< of the first core, nearest first
  std::vector<NumaRegion> numa;  ///< empty if unknown

  /// The first logical CPU of every core that this process may run on, in the machine's order, so that neighbours in
  /// the list share caches.
  std::vector<int> allowed_cpus;
};

/// Looks at the node anew: by hwloc or by the system's files, as the build has it.
Machine look_at_machine();

/// The same as it was at the first call: cheap, and before anything was bound.
const Machine& this_machine();

/// Every logical CPU that this process might run on when it was started.
std::vector<int> affinity_mask();

/// The first logical CPU of the core that this one belongs to; itself if the system does not say.
int core_of(int cpu);

/// The NUMA region of a logical CPU; -1 if the system does not say.
int numa_region_of(int cpu);

/// Bytes that a program may still take on this node: what the system says is available, or what the control group
/// leaves.
std::int64_t available_memory();

/// Cache sizes for one of `workers` workers that fill the node's cores from the first on: shared caches are divided.
Tuning tuning_for(const Machine& machine, int workers);

/// What tells CPUs apart that share a name ("AMD EPYC"): "family 25, model 17, stepping 1"; on Arm "implementer 0x41,
/// part 0xd4f, variant 0x0, revision 1". Empty if the system does not say.
std::string cpu_revision();

/// Name of the host.
std::string host_name();

}  // namespace trafficbench
