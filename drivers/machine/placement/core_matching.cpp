#include "drivers/machine/placement/core_matching.hpp"

#include <algorithm>
#include <utility>

namespace trafficbench {

Matching matching_of_cores(const NodeWorkers& workers) {
  std::map<std::size_t, std::vector<int>> allowed;
  for (const std::size_t rank : workers.members) {
    for (const Core& core : workers.ranks[rank].cores) allowed[rank].push_back(core.number);
    allowed[rank];  // which may have none
  }
  return Matching(std::move(allowed));
}

Placed placed_on_cores(const NodeWorkers& workers, const Matching& cores) {
  Placed placed;
  for (const std::size_t rank : workers.members) {
    for (const int number : cores.of(rank)) {
      const Core& core = *std::ranges::find(workers.ranks[rank].cores, number, &Core::number);
      placed.cpus[rank].push_back(core.cpus.front());
    }
  }
  return placed;
}

}  // namespace trafficbench
