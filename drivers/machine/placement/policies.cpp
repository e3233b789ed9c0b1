#include "drivers/machine/placement_policy.hpp"

namespace trafficbench {

std::span<const PlacementPolicy> placement_policies() {
  static const PlacementPolicy policies[] = {
      {"packed", "neighbours next to each other from the first core on, one worker per core", place_packed},
      {"spread", "one worker per core, dealt evenly over the L3 caches of a node in order of rank and thread",
       place_spread},
      {"one-per-l3", "an L3 cache for each rank, with all its threads, one worker per core", place_one_per_l3},
      {"siblings", "as packed, with a worker on each hardware thread of a core", place_siblings, true},
  };
  return policies;
}

}  // namespace trafficbench
