#include "drivers/machine/control_groups.hpp"

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "drivers/base/mounts.hpp"

namespace trafficbench {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kNoLimit = std::int64_t{1} << 62;

/// The number that a file begins with; nothing if it begins with something else, such as "max", or cannot be read.
std::optional<std::int64_t> read_number(const fs::path& path) {
  std::ifstream file(path);
  std::int64_t number = 0;
  return file >> number ? std::optional(number) : std::nullopt;
}

/// The sum of what a file of lines like "inactive_file 4096" says of these names; what it does not name is 0.
std::int64_t sum_in(const fs::path& path, std::initializer_list<std::string_view> names) {
  std::ifstream file(path);
  std::int64_t sum = 0;
  std::string name;
  for (std::int64_t number = 0; file >> name >> number;) {
    if (std::ranges::find(names, name) != names.end()) sum += number;
  }
  return sum;
}

/// `reclaimed` bytes of `used` the system takes back as soon as somebody else wants them: files that were read.
void note_memory(std::int64_t limit, std::int64_t used, std::int64_t reclaimed, ControlGroupLimits& limits) {
  // Version 1 says "no limit" with a number near the largest.
  if (limit >= kNoLimit) return;
  const std::int64_t left = limit - std::max<std::int64_t>(used - reclaimed, 0);
  limits.memory_left = std::min(limits.memory_left, std::max<std::int64_t>(left, 0));
}

void note_memory_of_version_2(const fs::path& folder, ControlGroupLimits& limits) {
  note_memory(read_number(folder / "memory.max").value_or(kNoLimit), read_number(folder / "memory.current").value_or(0),
              sum_in(folder / "memory.stat", {"inactive_file", "active_file", "slab_reclaimable"}), limits);
}

void note_memory_of_version_1(const fs::path& folder, ControlGroupLimits& limits) {
  const std::int64_t own = read_number(folder / "memory.limit_in_bytes").value_or(kNoLimit);
  // Of groups above that cannot be seen from within a container.
  const std::int64_t above = sum_in(folder / "memory.stat", {"hierarchical_memory_limit"});
  note_memory(above > 0 ? std::min(own, above) : own, read_number(folder / "memory.usage_in_bytes").value_or(0),
              sum_in(folder / "memory.stat", {"total_inactive_file", "total_active_file"}), limits);
}

void note_quota(const std::string& group, std::int64_t quota, std::int64_t period, ControlGroupLimits& limits) {
  if (quota <= 0 || period <= 0) return;
  // The groups may be mounted twice.
  if (std::ranges::find(limits.cpu_quotas, group, &CpuQuota::group) != limits.cpu_quotas.end()) return;
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

/// Groups as they are mounted: those of version 2, or of one controller of version 1.
struct MountedGroups {
  std::string root = "/";  ///< of these groups that which is mounted: in a container often its own
  fs::path point;          ///< where
};

/// Where the groups of that controller can be seen; no controller: those of version 2.
std::vector<MountedGroups> mounted_groups(const fs::path& root, const std::string& controller) {
  std::vector<MountedGroups> found;
  for (const Mount& mount : read_mounts(root / "proc/self/mountinfo")) {
    const bool wanted =
        controller.empty() ? mount.type == "cgroup2" : mount.type == "cgroup" && has_name(mount.options, controller);
    if (wanted) found.push_back({mount.root, root / fs::path(mount.point).relative_path()});
  }
  if (found.empty()) found.push_back({.point = root / "sys/fs/cgroup" / controller});
  return found;
}

/// Calls look(name of the group, its folder) for a group and for all above it, up to the one that is mounted: a limit
/// may stand on any of them.
template <typename Look>
void look_upwards(const fs::path& mounted, const fs::path& group, const Look& look) {
  look(group.string(), mounted / group.relative_path());
  if (group.has_relative_path()) look_upwards(mounted, group.parent_path(), look);
}

/// The same for the group of that path, wherever it can be seen.
template <typename Look>
void look_from(const fs::path& root, const std::string& controller, const std::string& path, const Look& look) {
  for (const MountedGroups& groups : mounted_groups(root, controller)) {
    // A path that does not lead from what is mounted is one outside of the container.
    const bool leads = is_within(path, groups.root);
    const std::string below = groups.root == "/" ? path : leads ? path.substr(groups.root.size()) : "";
    look_upwards(groups.point, below.empty() ? "/" : below, look);
  }
}

}  // namespace

ControlGroupLimits read_control_groups(const fs::path& root) {
  ControlGroupLimits limits;
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    // number:controllers:path; version 2 is one line that names no controllers.
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers.empty()) {
      look_from(root, "", path, [&](const std::string& group, const fs::path& folder) {
        note_memory_of_version_2(folder, limits);
        note_cpu_max(group, folder / "cpu.max", limits);
      });
    }
    if (has_name(controllers, "memory")) {
      look_from(root, "memory", path,
                [&](const std::string&, const fs::path& folder) { note_memory_of_version_1(folder, limits); });
    }
    if (has_name(controllers, "cpu")) {
      look_from(root, "cpu", path, [&](const std::string& group, const fs::path& folder) {
        note_quota(group, read_number(folder / "cpu.cfs_quota_us").value_or(0),
                   read_number(folder / "cpu.cfs_period_us").value_or(0), limits);
      });
    }
  }
  return limits;
}

}  // namespace trafficbench
