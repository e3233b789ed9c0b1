#include "drivers/measure/disturbance.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "drivers/machine/cpu_times.hpp"
#include "drivers/machine/topology.hpp"
#include "kernels/clock.hpp"

namespace trafficbench {

DisturbanceWatch::Reading DisturbanceWatch::read() {
  Reading reading;
  if (const std::optional<CpuTimes> times = cpu_times()) reading.steal_seconds = times->steal;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  reading.switches = usage.ru_nivcsw;
  return reading;
}

DisturbanceWatch::DisturbanceWatch(Communicator& world) : world_(world) {
  // About 7 ms: long enough to meet with what takes turns on the core.
  constexpr int kRuns = 100;
  if (world_.node_rank() == 0) reference_hz_ = measure_disturbed_clock_hz(kRuns);
  world_.sleeping_barrier();
  start_ = read();
}

std::vector<NodeDisturbance> DisturbanceWatch::finish() {
  const Reading end = read();
  const bool knows_steal = start_.steal_seconds && end.steal_seconds;
  const double steal = knows_steal ? std::max(0.0, *end.steal_seconds - *start_.steal_seconds) : -1;
  const auto switches = static_cast<double>(end.switches - start_.switches);
  const std::vector<double> numbers = gather_numbers(world_, {steal, switches, reference_hz_});
  const std::vector<std::string> hosts = world_.gather(host_name());
  std::vector<NodeDisturbance> nodes;
  for (std::size_t rank = 0; rank < hosts.size(); ++rank) {
    auto node = std::ranges::find(nodes, hosts[rank], &NodeDisturbance::host);
    if (node == nodes.end()) {
      nodes.push_back({.host = hosts[rank], .steal_seconds = {}, .involuntary_switches = 0, .reference_hz = 0});
      node = nodes.end() - 1;
    }
    const double* own = &numbers[3 * rank];
    // Every rank reads the whole node's steal, and its own switches.
    if (own[0] >= 0) node->steal_seconds = std::max(own[0], node->steal_seconds.value_or(0));
    node->involuntary_switches += std::llround(own[1]);
    node->reference_hz = std::max(node->reference_hz, own[2]);
  }
  return nodes;
}

}  // namespace trafficbench
