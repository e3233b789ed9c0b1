// Which logical CPU each worker gets: decided from what all ranks may use, without a look at the system.
#pragma once

#include <string>
#include <vector>

#include "drivers/machine/placement_policy.hpp"

namespace trafficbench {

struct Binding {
  /// A logical CPU for each worker, by rank and thread; nothing for a rank without a plan.
  std::vector<std::vector<int>> cpus;

  /// What the workers have too little of: each should have a core, or with siblings a hardware thread, and a CPU's
  /// time.
  enum class Shortage { none, cores, quota };
  Shortage shortage = Shortage::none;
  int quota_cores = 0;  ///< on Shortage::quota: cores that the quota leaves its ranks

  /// Why the policy cannot place them, shared or not: see Placed. Then nobody has a plan.
  std::string refusal;
};

/// Plans for `threads` workers on each rank, node by node, as the policy says. On a node that has too few cores for
/// that, workers share cores, as evenly as they come, if `share` is set; else they get none. Ranks in one control group
/// share its quota of CPU time, which is worth as many cores as it has whole CPUs, and always one.
Binding plan_binding(const std::vector<RankCpus>& ranks, int threads, bool share,
                     const PlacementPolicy& policy = placement_policies().front());

/// Most threads that every rank may have under the policy, none of them short of anything: at least 1.
int threads_for_each_rank(const std::vector<RankCpus>& ranks,
                          const PlacementPolicy& policy = placement_policies().front());

/// What CPU quotas keep from the ranks: one sentence for the user, about the node that loses most; empty if nothing.
std::string quota_note(const std::vector<RankCpus>& ranks);

}  // namespace trafficbench
