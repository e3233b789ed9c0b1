#include "drivers/report/launches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "drivers/report/parts.hpp"
#include "drivers/report/values.hpp"

namespace trafficbench {

namespace {

bool are_hosts(const Json& value) { return !value.empty() && are_different<is_text>(value); }
bool are_arguments(const Json& value) { return !value.empty() && are<is_string>(value); }

bool is_index_or_null(const Json& value) { return value.is_null() || is_index(value); }

bool is_numa_region(const Json& value) {
  return consists_of(value, {{"index", is_shape_index}, {"cores", is_shape_index}, {"bytes", is_index_or_null}});
}

bool is_thread_level(const Json& value) {
  return value == "single" || value == "funneled" || value == "serialized" || value == "multiple";
}

/// What else a scheduler says is its own business.
bool is_job_or_null(const Json& value) {
  return value.is_null() || (value.is_object() && value.contains("scheduler") && is_text(value["scheduler"]) &&
                             value.contains("id") && is_text(value["id"]));
}

bool is_not_negative_or_null(const Json& value) { return value.is_null() || is_not_negative(value); }

bool is_node_of_a_visit(const Json& value) {
  return consists_of(value, {{"host", is_text},
                             {"steal_seconds", is_not_negative_or_null},
                             {"involuntary_switches", is_index_or_null},
                             {"reference_hz", is_positive_or_null},
                             {"ranks", is_shape, false},
                             {"kernel_ratio", is_positive, false}}) &&
         value.contains("ranks") == value.contains("kernel_ratio");
}
bool are_nodes_of_a_visit(const Json& value) { return are<is_node_of_a_visit>(value) && !value.empty(); }

bool is_visit(const Json& value) {
  return consists_of(value,
                     {{"began", is_not_negative}, {"seconds", is_not_negative}, {"nodes", are_nodes_of_a_visit}});
}

constexpr Part kLaunch[] = {{"version", is_text},
                            {"commit", is_text},
                            {"host", is_text},
                            {"hosts", are_hosts, false},
                            {"cpu", is_object},
                            {"caches", are_caches},
                            {"numa", are<is_numa_region>},
                            {"mpi", is_object_or_null},
                            {"compiler", is_text_or_null},
                            {"flags", is_string_or_null},
                            {"build_type", is_text_or_null},
                            {"optimised", is_flag, false},
                            {"isas", are_different<is_text>},
                            {"kernels", are_different<is_kernel>, false},
                            {"waves", are_different<is_text>, false},
                            {"environment", are_strings_by_name},
                            {"job", is_job_or_null},
                            {"date", is_utc_date},
                            {"argv", are_arguments},
                            {"limits", is_object_or_null},
                            {"software", are_strings_by_name, false},
                            {"visits", are<is_visit>, false},
                            {"note", is_text, false}};

constexpr Part kCpu[] = {{"model", is_text},
                         {"revision", is_text, false},
                         {"cores", is_shape},
                         {"threads_per_core", is_shape},
                         {"logical_cpus", is_shape, false},
                         {"clock_hz", is_positive_or_null}};

constexpr Part kMpi[] = {
    {"library", is_text}, {"version", is_text}, {"standard", is_release_number}, {"thread_level", is_thread_level}};

/// The caches, in an order of their own: hwloc and the system's files list them differently.
std::vector<std::string> sorted_caches(const Json& launch) {
  std::vector<std::string> caches;
  for (const Json& cache : launch["caches"]) caches.push_back(nlohmann::json(cache).dump());
  std::ranges::sort(caches);
  return caches;
}

}  // namespace

std::string fault_of_launch(const Json& launch) {
  if (std::string fault = fault_of(launch, kLaunch); !fault.empty()) return fault;
  if (const std::string fault = fault_of(launch["cpu"], kCpu); !fault.empty()) return "has a cpu that " + fault;
  if (launch["mpi"].is_null()) return {};
  const std::string fault = fault_of(launch["mpi"], kMpi);
  return fault.empty() ? fault : "has an mpi that " + fault;
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

std::string why_not_together(const Json& one, const Json& other) {
  if (!same_machine(one, other)) return "is of two machines";
  if (one["commit"] == other["commit"]) return {};
  return fmt::format("is of commits {} and {}", one["commit"].get<std::string>(), other["commit"].get<std::string>());
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
