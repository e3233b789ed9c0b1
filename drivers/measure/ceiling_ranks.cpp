#include "drivers/measure/ceiling_ranks.hpp"

#include <cmath>

#include "drivers/machine/placement.hpp"
#include "drivers/machine/topology.hpp"
#include "drivers/machine/tuning.hpp"
#include "kernels/clock.hpp"

namespace trafficbench {

namespace {
constexpr int kSamples = 15;
}

Ceiling measure_ceiling(Communicator& world) {
  const int threads = cores_per_rank(world);
  bind_workers(world, threads, true);
  Ceiling ceiling;
  if (world.rank() == 0) {
    ceiling.clock_hz = measure_clock_hz();
    ceiling.boolean = measure_boolean_rates(kSamples);
    ceiling.bandwidth = measure_bandwidth(1, tuning_for(this_machine(), 1), kSamples);
  }
  world.sleeping_barrier();
  const int workers = threads * world.size();
  if (workers == 1) return ceiling;
  std::vector<Bandwidth> together =
      measure_bandwidth(threads, tuning_for(this_machine(), workers), kSamples, [&] { world.barrier(); });
  for (Bandwidth& level : together) {
    level.threads = workers;
    level.read = static_cast<double>(world.sum_of(std::llround(level.read)));
    level.update = static_cast<double>(world.sum_of(std::llround(level.update)));
    ceiling.bandwidth.push_back(level);
  }
  return ceiling;
}

}  // namespace trafficbench
