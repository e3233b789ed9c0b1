// Limits that control groups (cgroups, versions 1 and 2) set to this process: batch systems and containers use them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

namespace trafficbench {

/// CPU time that the processes of one control group may use together.
struct CpuQuota {
  std::string group;  ///< the control group's path
  double cpus = 0;    ///< seconds of CPU time a second
  bool operator==(const CpuQuota&) const = default;
};

/// What the control groups that a process is in, and those above them, leave it.
struct ControlGroupLimits {
  std::int64_t memory_left =
      std::numeric_limits<std::int64_t>::max();  ///< bytes, with those that only hold files which were read; the
                                                 ///< maximum where nothing limits them
  std::vector<CpuQuota> cpu_quotas;              ///< innermost group first
};

/// Reads them from proc/self/cgroup, and where proc/self/mountinfo says that they are mounted, else from sys/fs/cgroup,
/// in the folder `root`. What cannot be read sets no limit.
ControlGroupLimits read_control_groups(const std::filesystem::path& root = "/");

}  // namespace trafficbench
