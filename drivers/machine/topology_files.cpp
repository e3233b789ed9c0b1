// The node as the system's files describe it.
#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>

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

/// What the system says of the first logical CPU under that name.
std::string cpu_fact(const fs::path& root, const std::string& name) {
  std::ifstream info(root / "proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const auto value = line.find(": ");
    if (line.starts_with(name + "\t") && value != std::string::npos) return line.substr(value + 2);
  }
  return {};
}

/// AMD's Bulldozer and its like: what share an arithmetic unit are called siblings, and are cores.
bool has_cores_as_siblings(const fs::path& root) {
  const std::string family = cpu_fact(root, "cpu family");
  return cpu_fact(root, "vendor_id") == "AuthenticAMD" && (family == "21" || family == "22");
}

/// A cache of one logical CPU.
struct CacheOfCpu {
  int level = 0;
  std::string type;
  std::int64_t bytes = 0;
  std::vector<int> cpus;  ///< that share it
};

/// Nearest first.
std::vector<CacheOfCpu> caches_of(const fs::path& cpu) {
  std::vector<CacheOfCpu> caches;
  for (int index = 0;; ++index) {
    const fs::path folder = cpu / "cache" / ("index" + std::to_string(index));
    int level = 0;
    if (!(std::istringstream(first_line(folder / "level")) >> level)) return caches;
    caches.push_back({level, first_line(folder / "type"), bytes_of(first_line(folder / "size")),
                      listed(first_line(folder / "shared_cpu_list"))});
  }
}

/// Of the caches that Core::cache tells apart, by those of one core, which has so many logical CPUs: 0 if there are
/// none.
int last_shared_level(const std::vector<CacheOfCpu>& caches, std::size_t cpus_of_core) {
  int last = 0;
  for (const CacheOfCpu& cache : caches) {
    if (cache.level == 3) return 3;
    if (cache.cpus.size() > cpus_of_core) last = std::max(last, cache.level);
  }
  return last;
}

/// The logical CPUs that share this one's cache of that level or, level 0, its package. Empty if nothing is said.
std::vector<int> sharing_with(const fs::path& cpu, int level) {
  if (level == 0) return listed(first_line(cpu / "topology/core_siblings_list"));
  for (CacheOfCpu& cache : caches_of(cpu)) {
    if (cache.level == level) return std::move(cache.cpus);
  }
  return {};
}

}  // namespace

Machine machine_from_files(const fs::path& root, const std::vector<int>& mask) {
  const fs::path all = root / "sys/devices/system/cpu";
  const auto folder_of = [&](int cpu) { return all / ("cpu" + std::to_string(cpu)); };
  const auto core_id_of = [&](int cpu) { return first_line(folder_of(cpu) / "topology/core_id"); };
  const bool siblings_are_cores = has_cores_as_siblings(root);
  // The logical CPUs of its core, itself among them.
  const auto core_of = [&](int cpu) {
    std::vector<int> cpus = listed(first_line(folder_of(cpu) / "topology/thread_siblings_list"));
    if (siblings_are_cores) {
      const std::string id = core_id_of(cpu);
      std::erase_if(cpus, [&](int other) { return core_id_of(other) != id; });
    }
    return cpus.empty() ? std::vector{cpu} : cpus;
  };
  Machine machine;
  machine.cpu_model = cpu_fact(root, "model name");
  std::vector<int> online = listed(first_line(all / "online"));
  if (online.empty()) online = {0};
  const int first = online.front();  // 0 may be switched off
  const std::vector<CacheOfCpu> caches = caches_of(folder_of(first));
  const int level = last_shared_level(caches, core_of(first).size());
  machine.last_level_cache = level == 0 ? "package" : "L" + std::to_string(level) + " cache";
  std::map<int, int> shared;  // Core::cache by logical CPU: each cache is looked at once
  const auto shared_of = [&](int cpu) {
    if (!shared.contains(cpu)) {
      const std::vector<int> sharing = sharing_with(folder_of(cpu), level);
      for (const int each : sharing) shared[each] = std::ranges::min(sharing);
    }
    // Without such a cache a core is by itself; of a package that nobody names there is one.
    return shared.try_emplace(cpu, level == 0 ? 0 : cpu).first->second;
  };
  std::set<int> seen;
  std::vector<Core> cores;
  for (const int cpu : mask) {
    std::vector<int> cpus = core_of(cpu);
    const int number = std::ranges::min(cpus);
    if (seen.insert(number).second) cores.push_back({number, std::move(cpus), shared_of(cpu)});
  }
  // Sockets may be numbered in turn.
  std::ranges::stable_sort(cores, {}, &Core::cache);
  machine.allowed_cores = allowed_cores(cores, mask);
  const auto count = [](const std::vector<int>& members) { return std::max(1, static_cast<int>(members.size())); };
  std::set<int> numbers;
  for (const int cpu : online) {
    const std::vector<int> cpus = core_of(cpu);
    numbers.insert(std::ranges::min(cpus));
    machine.threads_per_core = std::max(machine.threads_per_core, count(cpus));
  }
  machine.cpus = count(online);
  machine.cores = static_cast<int>(numbers.size());
  for (const CacheOfCpu& cache : caches) {
    machine.caches.push_back({cache.level, cache.type, cache.bytes, count(cache.cpus)});
  }
  return machine;
}

}  // namespace trafficbench
