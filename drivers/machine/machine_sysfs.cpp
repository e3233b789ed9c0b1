// The node as the system's files describe it, for builds without hwloc.
#include <algorithm>
#include <fstream>
#include <set>
#include <string>

#include "drivers/machine/machine.hpp"

namespace trafficbench {

namespace {

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// Members of a list such as 0-3,8.
int count_listed(const std::string& list) {
  int count = 0;
  for (std::size_t at = 0; at < list.size();) {
    std::size_t used = 0;
    const int first = std::stoi(list.substr(at), &used);
    at += used;
    int last = first;
    if (at < list.size() && list[at] == '-') {
      last = std::stoi(list.substr(at + 1), &used);
      at += used + 1;
    }
    count += last - first + 1;
    if (at < list.size()) ++at;
  }
  return count;
}

/// 32K, 1024K, 32M.
std::int64_t bytes_of(const std::string& size) {
  if (size.empty()) return 0;
  const std::int64_t number = std::stoll(size);
  return number * (size.back() == 'K' ? 1024 : size.back() == 'M' ? 1024 * 1024 : 1);
}

std::string model_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return {};
}

}  // namespace

Machine look_at_machine() {
  const std::string root = "/sys/devices/system/cpu/cpu";
  const auto siblings = [&](int cpu) {
    return first_line(root + std::to_string(cpu) + "/topology/thread_siblings_list");
  };
  Machine machine;
  machine.cpu_model = model_name();
  std::set<std::string> seen;
  for (const int cpu : affinity_mask()) {
    if (seen.insert(siblings(cpu)).second || siblings(cpu).empty()) machine.allowed_cpus.push_back(cpu);
  }
  const int online = std::max(1, count_listed(first_line("/sys/devices/system/cpu/online")));
  machine.threads_per_core = std::max(1, count_listed(siblings(0)));
  machine.cores = std::max(1, online / machine.threads_per_core);
  for (int index = 0;; ++index) {
    const std::string folder = root + "0/cache/index" + std::to_string(index) + "/";
    const std::string level = first_line(folder + "level");
    if (level.empty()) break;
    machine.caches.push_back({std::stoi(level), first_line(folder + "type"), bytes_of(first_line(folder + "size")),
                              std::max(1, count_listed(first_line(folder + "shared_cpu_list")))});
  }
  return machine;
}

}  // namespace trafficbench
