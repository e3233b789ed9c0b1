#include "drivers/report/context_fields.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "drivers/report/nodes.hpp"
#include "drivers/report/parts.hpp"
#include "drivers/report/report.hpp"
#include "drivers/report/values.hpp"

namespace trafficbench {

namespace {

bool is_program(const Json& value) { return value == kExecutable; }
bool is_schema_version(const Json& value) { return value == kSchemaVersion; }
bool is_version_of_google(const Json& value) { return value == kGoogleVersion; }

bool is_command(const Json& value) {
  constexpr const char* kCommands[] = {"sweep", "run", "ladder", "merge", "simulate", "model", "io"};
  return std::ranges::any_of(kCommands, [&](const char* command) { return value == command; });
}

bool is_filled_list(const Json& value) { return value.is_array() && !value.empty(); }

bool is_node(const Json& value) { return fault_of_node(value).empty(); }

bool are_nodes(const Json& value) {
  if (!are<is_node>(value) || value.size() < 2) return false;
  std::set<std::string> hosts;
  return std::ranges::all_of(value, [&](const Json& node) { return hosts.insert(node["host"]).second; });
}

constexpr Part kContext[] = {{"date", is_utc_date},
                             {"host_name", is_text},
                             {"executable", is_program},
                             {"num_cpus", is_count},
                             {"json_schema_version", is_version_of_google},
                             {"trafficbench_schema", is_schema_version},
                             {"caches", are_caches},
                             {"mhz_per_cpu", is_positive_or_null},
                             {"command", is_command},
                             {"axes", is_object},
                             {"runs", is_filled_list},
                             {"nodes", are_nodes, false},
                             {"note", is_text, false}};

}  // namespace

std::string fault_of_context(const Json& context) { return fault_of(context, kContext); }

}  // namespace trafficbench
