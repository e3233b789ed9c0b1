// What a node's CPUs did since the system started.
#pragma once

#include <filesystem>
#include <optional>

namespace trafficbench {

struct CpuTimes {
  double busy = 0;   ///< seconds of all CPUs together at work, for whomever; those that a hypervisor took included
  double steal = 0;  ///< of these, what a hypervisor gave to others
  int cpus = 0;      ///< that are there
};

/// From proc/stat in the folder `root`; nothing where the system does not say.
std::optional<CpuTimes> cpu_times(const std::filesystem::path& root = "/");

}  // namespace trafficbench
