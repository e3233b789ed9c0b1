// Which logical CPU each worker gets: decided from what all ranks may use, without a look at the system.
#pragma once

#include <string>
#include <vector>

#include "drivers/machine/control_groups.hpp"

namespace trafficbench {

/// What one rank may use of its node.
struct RankCpus {
  std::string host;
  std::vector<int> cpus;             ///< one of each core, in the machine's order (Machine::allowed_cpus)
  std::vector<CpuQuota> cpu_quotas;  ///< of the control groups that it is in
};

struct Binding {
  /// A logical CPU for each worker, by rank and thread; nothing for a rank without a plan.
  std::vector<std::vector<int>> cpus;

  /// What the workers have too little of: each should have a core, and a CPU's time.
  enum class Shortage { none, cores, quota };
  Shortage shortage = Shortage::none;
  int quota_cores = 0;  ///< on Shortage::quota: cores that the quota leaves its ranks
};

/// Plans for `threads` workers on each rank. Every worker gets a core that its rank may use and nobody else has. On a
/// node that has too few cores for that, workers share cores, as evenly as they come, if `share` is set; else they get
/// none. Threads of a rank are next to each other, and ranks with the same cores as well. Ranks in one control group
/// share its quota of CPU time, which is worth as many cores as it has whole CPUs, and always one.
Binding plan_binding(const std::vector<RankCpus>& ranks, int threads, bool share);

/// Most threads that every rank may have with a core for each: at least 1.
int cores_for_each_rank(const std::vector<RankCpus>& ranks);

/// What CPU quotas keep from the ranks: one sentence for the user, about the node that loses most; empty if nothing.
std::string quota_note(const std::vector<RankCpus>& ranks);

}  // namespace trafficbench
