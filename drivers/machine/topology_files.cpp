// The node as the system's files describe it.
#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "drivers/machine/topology.hpp"

namespace trafficbench {

namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// The members of a list such as 0-3,8.
std::vector<int> listed(const std::string& list) {
  std::vector<int> members;
  std::istringstream ranges(list);
  for (std::string range; std::getline(ranges, range, ',');) {
    std::istringstream ends(range);
    int first = 0;
    char dash = 0;
    int last = 0;
    if (!(ends >> first)) return {};
    if (!(ends >> dash >> last)) last = first;
    for (int member = first; member <= last; ++member) members.push_back(member);
  }
  return members;
}

/// 32K, 1024K, 32M.
std::int64_t bytes_of(const std::string& size) {
  std::istringstream text(size);
  std::int64_t number = 0;
  char unit = 0;
  text >> number >> unit;
  return number * (unit == 'K' ? 1024 : unit == 'M' ? 1024 * 1024 : 1);
}

std::string model_name(const fs::path& root) {
  std::ifstream info(root / "proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return {};
}

}  // namespace

Machine machine_from_files(const fs::path& root, const std::vector<int>& mask) {
  const fs::path all = root / "sys/devices/system/cpu";
  const auto folder_of = [&](int cpu) { return all / ("cpu" + std::to_string(cpu)); };
  const auto siblings = [&](int cpu) { return listed(first_line(folder_of(cpu) / "topology/thread_siblings_list")); };
  Machine machine;
  machine.cpu_model = model_name(root);
  std::set<std::vector<int>> seen;
  std::vector<std::vector<int>> cores;
  for (const int cpu : mask) {
    std::vector<int> core = siblings(cpu);
    if (core.empty()) core = {cpu};
    if (seen.insert(core).second) cores.push_back(core);
  }
  machine.allowed_cpus = one_cpu_of_each_core(cores, mask);
  const auto count = [](const std::vector<int>& members) { return std::max(1, static_cast<int>(members.size())); };
  machine.threads_per_core = count(siblings(0));
  machine.cores = std::max(1, count(listed(first_line(all / "online"))) / machine.threads_per_core);
  for (int index = 0;; ++index) {
    const fs::path folder = folder_of(0) / "cache" / ("index" + std::to_string(index));
    int level = 0;
    if (!(std::istringstream(first_line(folder / "level")) >> level)) break;
    machine.caches.push_back({level, first_line(folder / "type"), bytes_of(first_line(folder / "size")),
                              count(listed(first_line(folder / "shared_cpu_list")))});
  }
  return machine;
}

}  // namespace trafficbench
