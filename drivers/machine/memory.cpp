#include "drivers/machine/memory.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>

#include "drivers/machine/control_groups.hpp"

namespace trafficbench {

std::int64_t available_memory(const std::filesystem::path& root) {
  std::int64_t available = std::numeric_limits<std::int64_t>::max();
  std::ifstream info(root / "proc/meminfo");
  for (std::string line; std::getline(info, line);) {
    std::istringstream fields(line);
    std::string name;
    std::int64_t kilobytes = 0;
    if (fields >> name >> kilobytes && name == "MemAvailable:") available = kilobytes * 1024;
  }
  return std::min(available, read_control_groups(root).memory_left);
}

}  // namespace trafficbench
