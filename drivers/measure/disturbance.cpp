#include "drivers/measure/disturbance.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

#include "drivers/machine/topology.hpp"
#include "kernels/clock.hpp"

namespace trafficbench {

namespace {

/// Of all CPUs since the system started; nothing where the system does not say.
std::optional<double> steal_since_start() {
  std::ifstream file("/proc/stat");
  std::string word;
  if (!(file >> word) || word != "cpu") return {};
  // user, nice, system, idle, iowait, irq, softirq, steal (proc(5)).
  constexpr int kSteal = 8;
  double ticks = 0;
  for (int i = 0; i < kSteal; ++i) {
    if (!(file >> ticks)) return {};
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

DisturbanceWatch::Reading DisturbanceWatch::read() {
  Reading reading;
  reading.steal_seconds = steal_since_start();
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
