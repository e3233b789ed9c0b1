#include "drivers/machine/machine.hpp"

#include <fmt/format.h>
#include <omp.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <sstream>

namespace trafficbench {

namespace {

std::int64_t read_number(const std::string& path, std::int64_t otherwise) {
  std::ifstream file(path);
  std::int64_t number = 0;
  return file >> number ? number : otherwise;
}

/// What the control groups that this process is in leave of their limit; versions 2 and 1.
std::int64_t left_in_control_group() {
  constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();
  std::ifstream groups("/proc/self/cgroup");
  std::int64_t left = kNoLimit;
  const auto look = [&](const std::string& folder, const char* limit_name, const char* used_name) {
    const std::int64_t limit = read_number(folder + limit_name, kNoLimit);
    if (limit == kNoLimit) return;
    left = std::min(left, std::max<std::int64_t>(limit - read_number(folder + used_name, 0), 0));
  };
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    std::string path = line.substr(second + 1);
    // A limit may be set on any group further up.
    while (true) {
      if (controllers.empty()) {
        look("/sys/fs/cgroup" + path + "/", "memory.max", "memory.current");
      } else if (controllers.find("memory") != std::string::npos) {
        look("/sys/fs/cgroup/memory" + path + "/", "memory.limit_in_bytes", "memory.usage_in_bytes");
      }
      const auto slash = path.rfind('/');
      if (slash == std::string::npos || path == "/") break;
      path.resize(std::max<std::size_t>(slash, 0));
      if (path.empty()) break;
    }
  }
  return left;
}

}  // namespace

const Machine& this_machine() {
  static const Machine machine = look_at_machine();
  return machine;
}

std::vector<int> affinity_mask() {
  static const std::vector<int> cpus = [] {
    std::vector<int> found;
    // A mask for more CPUs than any node has today.
    constexpr int kMostCpus = 8192;
    cpu_set_t* mask = CPU_ALLOC(kMostCpus);
    const std::size_t bytes = CPU_ALLOC_SIZE(kMostCpus);
    if (sched_getaffinity(0, bytes, mask) == 0) {
      for (int cpu = 0; cpu < kMostCpus; ++cpu) {
        if (CPU_ISSET_S(static_cast<std::size_t>(cpu), bytes, mask)) found.push_back(cpu);
      }
    }
    CPU_FREE(mask);
    // With OMP_PROC_BIND the OpenMP library has bound this thread before main: its places tell what there was.
    std::set<int> places;
    for (int place = 0; place < omp_get_num_places(); ++place) {
      std::vector<int> members(static_cast<std::size_t>(omp_get_place_num_procs(place)));
      omp_get_place_proc_ids(place, members.data());
      places.insert(members.begin(), members.end());
    }
    return places.size() > found.size() ? std::vector<int>(places.begin(), places.end()) : found;
  }();
  return cpus;
}

int core_of(int cpu) {
  // "0,128" or "0-1": the lowest comes first.
  return static_cast<int>(
      read_number(fmt::format("/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list", cpu), cpu));
}

int numa_region_of(int cpu) {
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(fmt::format("/sys/devices/system/cpu/cpu{}", cpu), error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("node") && name.size() > 4) return std::atoi(name.c_str() + 4);
  }
  return -1;
}

std::int64_t available_memory() {
  std::int64_t available = std::numeric_limits<std::int64_t>::max();
  std::ifstream info("/proc/meminfo");
  for (std::string line; std::getline(info, line);) {
    std::istringstream fields(line);
    std::string name;
    std::int64_t kilobytes = 0;
    if (fields >> name >> kilobytes && name == "MemAvailable:") available = kilobytes * 1024;
  }
  return std::min(available, left_in_control_group());
}

Tuning tuning_for(const Machine& machine, int workers) {
  Tuning tuning;
  for (const Cache& cache : machine.caches) {
    if (cache.type == "Instruction" || cache.bytes <= 0) continue;
    const std::int64_t cores = std::max(1, cache.sharing / std::max(1, machine.threads_per_core));
    const std::int64_t share = cache.bytes / std::min<std::int64_t>(cores, std::max(1, workers));
    if (cache.level == 1) tuning.l1_bytes = share;
    if (cache.level == 2) tuning.l2_bytes = share;
    if (cache.level == 3) tuning.l3_bytes = share;
  }
  return tuning;
}

std::string cpu_revision() {
  // As /proc/cpuinfo names them, in x86's words and in Arm's.
  constexpr std::array kNames{"cpu family", "model",       "stepping",    "CPU implementer",
                              "CPU part",   "CPU variant", "CPU revision"};
  std::map<std::string, std::string> values;
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line) && !line.empty();) {
    const auto colon = line.find(':');
    const auto end = line.find_last_not_of(" \t", colon == 0 ? 0 : colon - 1);
    if (colon == std::string::npos || colon + 2 > line.size()) continue;
    values.emplace(line.substr(0, end + 1), line.substr(colon + 2));
  }
  std::string text;
  for (const std::string name : kNames) {
    const auto at = values.find(name);
    if (at == values.end()) continue;
    const std::string word = name.substr(name.find(' ') == std::string::npos ? 0 : name.find(' ') + 1);
    text += (text.empty() ? "" : ", ") + word + " " + at->second;
  }
  return text;
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

}  // namespace trafficbench
