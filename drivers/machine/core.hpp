// A core of a node, as far as it matters to who runs on it.
#pragma once

#include <vector>

namespace trafficbench {

struct Core {
  int number = 0;         ///< of its first logical CPU, whether or not that is allowed: the same to all ranks of a node
  std::vector<int> cpus;  ///< its logical CPUs that a process may run on, at least one; of several, the first is taken
  int cache = 0;          ///< of those that share a last-level cache, the lowest logical CPU: tells these caches apart

  bool operator==(const Core&) const = default;
};

/// For those who look: of these cores, each with all its logical CPUs in `cpus`, those that have some in `mask`, with
/// no others. A CPU of `mask` that none has is a core by itself.
std::vector<Core> allowed_cores(const std::vector<Core>& cores, const std::vector<int>& mask);

}  // namespace trafficbench
