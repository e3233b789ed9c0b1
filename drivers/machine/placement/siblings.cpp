#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "drivers/machine/placement/matching.hpp"
#include "drivers/machine/placement_policy.hpp"

namespace trafficbench {

Placed place_siblings(const NodeWorkers& workers) {
  const auto has_siblings = [](const Core& core) { return core.cpus.size() > 1; };
  std::map<std::size_t, std::vector<int>> allowed;
  bool any = false;
  for (const std::size_t rank : workers.members) {
    std::vector<int>& cpus = allowed[rank];
    for (const Core& core : workers.ranks[rank].cores) cpus.insert(cpus.end(), core.cpus.begin(), core.cpus.end());
    any = any || std::ranges::any_of(workers.ranks[rank].cores, has_siblings);
  }
  Placed placed;
  if (!any) {
    placed.refusal = fmt::format("placement siblings: no core on {} has a second hardware thread that may be used",
                                 workers.ranks[workers.members.front()].host);
    return placed;
  }
  Matching cpus(std::move(allowed));
  for (const std::size_t rank : workers.members) {
    for (int thread = 0; thread < workers.threads; ++thread) {
      if (!cpus.give(rank)) return {};
    }
  }
  for (const std::size_t rank : workers.members) placed.cpus[rank] = cpus.of(rank);
  return placed;
}

}  // namespace trafficbench
