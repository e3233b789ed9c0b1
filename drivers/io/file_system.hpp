// What is known of the file system that a folder is in, and of the page cache.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace trafficbench {

struct FileSystem {
  std::string folder;           ///< as it was asked for
  std::string type;             ///< as the system calls it: ext4, tmpfs, lustre
  std::string mount_point;      ///< the same
  std::int64_t free_bytes = 0;  ///< that the user may take
};

/// Throws BadInput if there is no such folder. Looks into the file that TRAFFICBENCH_MOUNTINFO names, in the place of
/// /proc/self/mountinfo: tests make one up.
FileSystem file_system_of(const std::string& folder);

/// Throws BadInput if less is free there.
void check_free_bytes(const FileSystem& system, std::int64_t bytes, const char* advice);

/// Asks the system to forget a file's pages, as far as they are on the disk.
void drop_from_cache(const std::string& path);

/// How much of a file is in this node's page cache, 0 to 1; nothing where the system does not say.
std::optional<double> part_in_cache(const std::string& path);

/// Why a file that is under way cannot be read or written: what can be seen of that now, else what was `said`. Its
/// folder may be gone, the file itself, or the end of it. `bytes`: that it must have; nothing if it is yet to be made.
std::string reason_for(const std::string& path, std::optional<std::int64_t> bytes, const std::string& said);

}  // namespace trafficbench
