#include "drivers/machine/placement/core_matching.hpp"

namespace trafficbench {

Placed place_packed(const NodeWorkers& workers) {
  Matching cores = matching_of_cores(workers);
  for (const std::size_t rank : workers.members) {
    for (int thread = 0; thread < workers.threads; ++thread) {
      if (!cores.give(rank)) return {};
    }
  }
  return placed_on_cores(workers, cores);
}

}  // namespace trafficbench
