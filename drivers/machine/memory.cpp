#include "drivers/machine/memory.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string>

#include "drivers/machine/control_groups.hpp"

namespace trafficbench {

namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

/// What a file of lines like "MemAvailable:   123 kB" says of that name, in bytes.
std::optional<std::int64_t> bytes_in(const std::filesystem::path& path, const std::string& wanted) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string name;
    std::int64_t kilobytes = 0;
    if (fields >> name >> kilobytes && name == wanted) return kilobytes * 1024;
  }
  return {};
}

/// What this process may still take of a limit of its own, of which it has used what that line of its status says.
std::int64_t left_of(decltype(RLIMIT_AS) resource, const std::filesystem::path& root, const std::string& line) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kNoLimit;
  const auto most = static_cast<std::int64_t>(std::min<rlim_t>(limit.rlim_cur, kNoLimit));
  return std::max<std::int64_t>(0, most - bytes_in(root / "proc/self/status", line).value_or(0));
}

}  // namespace

std::int64_t available_memory(const std::filesystem::path& root) {
  std::int64_t available = bytes_in(root / "proc/meminfo", "MemAvailable:").value_or(kNoLimit);
  available = std::min(available, left_of(RLIMIT_AS, root, "VmSize:"));
  available = std::min(available, left_of(RLIMIT_DATA, root, "VmData:"));
  return std::min(available, read_control_groups(root).memory_left);
}

double min_available_memory(Communicator& comm) { return comm.min_of(static_cast<double>(available_memory())); }

}  // namespace trafficbench
