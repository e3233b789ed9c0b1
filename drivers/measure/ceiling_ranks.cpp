#include "drivers/measure/ceiling_ranks.hpp"

#include <algorithm>
#include <cmath>

#include "drivers/machine/memory.hpp"
#include "drivers/machine/placement.hpp"
#include "drivers/machine/topology.hpp"
#include "drivers/machine/tuning.hpp"
#include "kernels/clock.hpp"

namespace trafficbench {

namespace {
/// The largest cache of each level that a rank has: nodes may differ, and all ranks must measure the same.
Tuning largest_caches(Communicator& world, Tuning tuning) {
  double bytes[] = {static_cast<double>(tuning.l1_bytes), static_cast<double>(tuning.l2_bytes),
                    static_cast<double>(tuning.l3_bytes)};
  world.max(bytes);
  tuning.l1_bytes = std::llround(bytes[0]);
  tuning.l2_bytes = std::llround(bytes[1]);
  tuning.l3_bytes = std::llround(bytes[2]);
  return tuning;
}
}  // namespace

Ceiling measure_ceiling(Communicator& world, int samples, std::int64_t road_bytes) {
  const int threads = threads_per_rank(world);
  bind_workers(world, threads, true);
  const int workers = threads * world.size();
  const Tuning shared = largest_caches(world, tuning_for(this_machine(), workers));
  // By the share that a core has of a cache when all are at work: one core alone measures the same levels.
  const std::string last_level = level_that_holds(road_bytes, shared);
  const double node_threads = threads * world.max_of(world.node_size());
  const auto thread_memory = static_cast<std::int64_t>(std::min(0x1p60, min_available_memory(world) / node_threads));
  Ceiling ceiling;
  if (world.rank() == 0) {
    ceiling.clock_hz = measure_clock_hz();
    ceiling.boolean = measure_boolean_rates(samples);
    ceiling.bandwidth = measure_bandwidth(1, tuning_for(this_machine(), 1), last_level, samples, thread_memory);
  }
  world.sleeping_barrier();
  if (workers == 1) return ceiling;
  const Together together{.start = [&] { world.barrier(); }, .all = [&](bool mine) { return world.all(mine); }};
  for (Bandwidth& level : measure_bandwidth(threads, shared, last_level, samples, thread_memory, together)) {
    level.threads = workers;
    level.read = static_cast<double>(world.sum_of(std::llround(level.read)));
    level.update = static_cast<double>(world.sum_of(std::llround(level.update)));
    ceiling.bandwidth.push_back(level);
  }
  return ceiling;
}

}  // namespace trafficbench
