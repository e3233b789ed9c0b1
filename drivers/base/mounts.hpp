// File systems that are mounted, as the system lists them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace trafficbench {

struct Mount {
  std::string root;     ///< the folder of that file system which is mounted: "/", or a part of it
  std::string point;    ///< where
  std::string type;     ///< ext4, cgroup2
  std::string options;  ///< of the file system, with commas between
};

/// Those of a file like /proc/self/mountinfo, in its order: of two at one point the later lies on top. None if it
/// cannot be read.
std::vector<Mount> read_mounts(const std::filesystem::path& file);

/// Whether `path` is the folder or lies in it; both begin with a slash.
bool is_within(const std::string& path, const std::string& folder);

}  // namespace trafficbench
