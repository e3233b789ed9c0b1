#include "drivers/machine/tuning.hpp"

#include <algorithm>

namespace trafficbench {

Tuning tuning_for(const Machine& machine, int workers) {
  Tuning tuning;
  for (const Cache& cache : machine.caches) {
    if (cache.type == "Instruction" || cache.bytes <= 0) continue;
    const std::int64_t cores = std::max(1, cache.sharing / std::max(1, machine.threads_per_core));
    const std::int64_t share = cache.bytes / std::min<std::int64_t>(cores, std::max(1, workers));
    if (cache.level == 1) tuning.l1_bytes = share;
    if (cache.level == 2) tuning.l2_bytes = share;
    if (cache.level == 3) tuning.l3_bytes = share;
  }
  return tuning;
}

}  // namespace trafficbench
