#include "drivers/report/launches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "drivers/report/values.hpp"

namespace trafficbench {

namespace {

bool is_object(const Json& value) { return value.is_object(); }
bool are_objects(const Json& value) { return value.is_array() && std::ranges::all_of(value, is_object); }
bool is_positive_or_null(const Json& value) { return value.is_null() || is_positive(value); }

struct Fact {
  const char* name;
  bool (*good)(const Json&);
  bool required = true;
};

constexpr Fact kLaunchFacts[] = {{"host", is_text}, {"date", is_text}, {"cpu", is_object}, {"caches", are_objects}};
constexpr Fact kCpuFacts[] = {{"model", is_text},
                              {"revision", is_text, false},
                              {"cores", is_shape},
                              {"threads_per_core", is_shape},
                              {"clock_hz", is_positive_or_null}};

std::string fault_of(const Json& object, std::span<const Fact> facts) {
  if (!object.is_object()) return "is no object";
  for (const Fact& fact : facts) {
    const auto found = object.find(fact.name);
    if (found == object.end()) {
      if (fact.required) return fmt::format("lacks {}", fact.name);
    } else if (!fact.good(*found)) {
      return fmt::format("has {} {}", fact.name, shown(*found));
    }
  }
  return {};
}

/// The caches, in an order of their own: hwloc and the system's files list them differently.
std::vector<std::string> sorted_caches(const Json& launch) {
  std::vector<std::string> caches;
  for (const Json& cache : launch["caches"]) caches.push_back(nlohmann::json(cache).dump());
  std::ranges::sort(caches);
  return caches;
}

}  // namespace

std::string fault_of_launch(const Json& launch) {
  if (std::string fault = fault_of(launch, kLaunchFacts); !fault.empty()) return fault;
  const std::string fault = fault_of(launch["cpu"], kCpuFacts);
  return fault.empty() ? fault : "has a cpu that " + fault;
}

bool same_machine(const Json& one, const Json& other) {
  const Json& cpu = one["cpu"];
  const Json& other_cpu = other["cpu"];
  for (const auto& [fact, value] : cpu.items()) {
    const auto found = other_cpu.find(fact);
    if (fact == "clock_hz" || value.is_null() || found == other_cpu.end() || found->is_null()) continue;
    if (*found != value) return false;
  }
  return sorted_caches(one) == sorted_caches(other);
}

std::vector<std::size_t> kinds_of_machine(const std::vector<Json>& launches) {
  std::vector<std::size_t> kinds(launches.size());
  std::vector<std::vector<std::size_t>> members(launches.size());  // of each kind, by its first launch
  for (std::size_t i = 0; i < launches.size(); ++i) {
    kinds[i] = i;
    for (std::size_t kind = 0; kind < i; ++kind) {
      const auto is_like = [&](std::size_t other) { return same_machine(launches[other], launches[i]); };
      if (members[kind].empty() || !std::ranges::all_of(members[kind], is_like)) continue;
      kinds[i] = kind;
      break;
    }
    members[kinds[i]].push_back(i);
  }
  return kinds;
}

}  // namespace trafficbench
