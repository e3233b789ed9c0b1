#include "drivers/machine/topology.hpp"

#include <fmt/format.h>
#include <omp.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "drivers/base/numbers.hpp"
#include "drivers/base/utf8.hpp"

namespace trafficbench {

const Machine& this_machine() {
  static const Machine machine = look_at_machine(affinity_mask());
  return machine;
}

std::vector<Core> allowed_cores(const std::vector<Core>& cores, const std::vector<int>& mask) {
  std::vector<Core> allowed;
  for (Core core : cores) {
    std::erase_if(core.cpus, [&](int cpu) { return !std::ranges::binary_search(mask, cpu); });
    if (!core.cpus.empty()) allowed.push_back(std::move(core));
  }
  const bool unknown = allowed.empty();  // there is one cache then, as far as anybody knows
  for (const int cpu : mask) {
    const auto has = [cpu](const Core& core) { return std::ranges::find(core.cpus, cpu) != core.cpus.end(); };
    if (std::ranges::none_of(cores, has)) allowed.push_back({cpu, {cpu}, unknown ? 0 : cpu});
  }
  return allowed;
}

std::vector<int> affinity_mask() {
  static const std::vector<int> cpus = [] {
    std::vector<int> found;
    // A mask for more CPUs than any node has today.
    constexpr int kMaxCpus = 8192;
    cpu_set_t* mask = CPU_ALLOC(kMaxCpus);
    const std::size_t bytes = CPU_ALLOC_SIZE(kMaxCpus);
    if (sched_getaffinity(0, bytes, mask) == 0) {
      for (int cpu = 0; cpu < kMaxCpus; ++cpu) {
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
  std::ifstream siblings(fmt::format("/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list", cpu));
  int first = cpu;
  return siblings >> first ? first : cpu;
}

int numa_region_of(int cpu) {
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(fmt::format("/sys/devices/system/cpu/cpu{}", cpu), error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("node") && name.size() > 4) return leading_number(std::string_view(name).substr(4));
  }
  return -1;
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
  const bool is_known = gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0';
  return is_known ? valid_utf8(name.data()) : "unknown";
}

}  // namespace trafficbench
