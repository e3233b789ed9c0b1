#include "drivers/machine/control_groups.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <string_view>

namespace trafficbench {

namespace {

namespace fs = std::filesystem;

/// The number that a file begins with; nothing if it begins with something else, such as "max", or cannot be read.
std::optional<std::int64_t> read_number(const fs::path& path) {
  std::ifstream file(path);
  std::int64_t number = 0;
  return file >> number ? std::optional(number) : std::nullopt;
}

void note_memory(const fs::path& limit_file, const fs::path& used_file, ControlGroupLimits& limits) {
  // Version 1 says "no limit" with a number near the largest.
  constexpr std::int64_t kNoLimit = std::int64_t{1} << 62;
  const std::int64_t limit = read_number(limit_file).value_or(kNoLimit);
  if (limit >= kNoLimit) return;
  const std::int64_t left = limit - read_number(used_file).value_or(0);
  limits.memory_left = std::min(limits.memory_left, std::max<std::int64_t>(left, 0));
}

void note_quota(const std::string& group, std::int64_t quota, std::int64_t period, ControlGroupLimits& limits) {
  if (quota <= 0 || period <= 0) return;
  limits.cpu_quotas.push_back({group, static_cast<double>(quota) / static_cast<double>(period)});
}

/// cpu.max of version 2: quota and period, "200000 100000"; "max 100000" is no limit.
void note_cpu_max(const std::string& group, const fs::path& path, ControlGroupLimits& limits) {
  std::ifstream file(path);
  std::int64_t quota = 0;
  std::int64_t period = 0;
  if (file >> quota >> period) note_quota(group, quota, period, limits);
}

bool has_name(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (list.substr(0, comma) == name) return true;
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return false;
}

/// Calls look(name of the group, its folder) for a group and for all above it, up to the root: a limit may stand on any
/// of them. In a container the files of its own group may be those of the root.
template <typename Look>
void look_upwards(const fs::path& mounted, const fs::path& group, const Look& look) {
  look(group.string(), mounted / group.relative_path());
  if (group.has_relative_path()) look_upwards(mounted, group.parent_path(), look);
}

}  // namespace

ControlGroupLimits read_control_groups(const fs::path& root) {
  ControlGroupLimits limits;
  const fs::path mounted = root / "sys/fs/cgroup";
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    // number:controllers:path; version 2 is one line that names no controllers.
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers.empty()) {
      look_upwards(mounted, path, [&](const std::string& group, const fs::path& folder) {
        note_memory(folder / "memory.max", folder / "memory.current", limits);
        note_cpu_max(group, folder / "cpu.max", limits);
      });
    }
    if (has_name(controllers, "memory")) {
      look_upwards(mounted / "memory", path, [&](const std::string&, const fs::path& folder) {
        note_memory(folder / "memory.limit_in_bytes", folder / "memory.usage_in_bytes", limits);
      });
    }
    if (has_name(controllers, "cpu")) {
      look_upwards(mounted / "cpu", path, [&](const std::string& group, const fs::path& folder) {
        note_quota(group, read_number(folder / "cpu.cfs_quota_us").value_or(0),
                   read_number(folder / "cpu.cfs_period_us").value_or(0), limits);
      });
    }
  }
  return limits;
}

}  // namespace trafficbench
