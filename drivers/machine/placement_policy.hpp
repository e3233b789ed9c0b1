// How workers are placed on a node's cores: what all policies have in common.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/machine/control_groups.hpp"
#include "drivers/machine/core.hpp"

namespace trafficbench {

/// What one rank may use of its node.
struct RankCpus {
  std::string host;
  std::vector<Core> cores;                    ///< in the machine's order (Machine::allowed_cores)
  std::vector<CpuQuota> cpu_quotas;           ///< of the control groups that it is in
  std::string last_level_cache = "L3 cache";  ///< what Core::cache tells apart
};

/// Workers that are to be placed: as many on each of a node's ranks.
struct NodeWorkers {
  const std::vector<RankCpus>& ranks;  ///< of all nodes
  std::vector<std::size_t> members;    ///< indices of those on this one, in order
  int threads = 1;                     ///< of each
};

/// Where a policy puts them.
struct Placed {
  /// A logical CPU for each thread in order, by the index of the rank. Empty if there are too few for all.
  std::map<std::size_t, std::vector<int>> cpus;

  /// Why the policy has no place for them even where they share cores, for the user; empty if it has.
  std::string refusal;
};

/// A way to place them. Each worker has what nobody else has: a core, or with `siblings` a hardware thread of one.
struct PlacementPolicy {
  std::string_view name;
  std::string_view summary;  ///< one line
  Placed (*place)(const NodeWorkers& workers) = nullptr;
  bool siblings = false;  ///< a core takes as many workers as it has hardware threads
};

/// All policies, the default first.
std::span<const PlacementPolicy> placement_policies();

Placed place_packed(const NodeWorkers& workers);
Placed place_spread(const NodeWorkers& workers);
Placed place_one_per_l3(const NodeWorkers& workers);
Placed place_siblings(const NodeWorkers& workers);

}  // namespace trafficbench
