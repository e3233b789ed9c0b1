#include "drivers/report/parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "drivers/report/values.hpp"

namespace trafficbench {

namespace {

bool is_cache_type(const Json& value) { return value == "Data" || value == "Instruction" || value == "Unified"; }

bool is_cache(const Json& value) {
  return consists_of(value,
                     {{"type", is_cache_type}, {"level", is_count}, {"size", is_count}, {"num_sharing", is_count}});
}

}  // namespace

std::string fault_of(const Json& object, std::span<const Part> parts) {
  if (!object.is_object()) return "is no object";
  std::size_t found_parts = 0;
  for (const Part& part : parts) {
    const auto found = object.find(part.name);
    if (found == object.end()) {
      if (part.required) return fmt::format("lacks {}", part.name);
      continue;
    }
    ++found_parts;
    if (!part.good(*found)) return fmt::format("has {} {}", part.name, shown(*found));
  }
  if (found_parts == object.size()) return {};
  for (const auto& entry : object.items()) {
    const auto is_it = [&](const Part& part) { return part.name == entry.key(); };
    if (std::ranges::none_of(parts, is_it)) return fmt::format("has the unknown field {}", shown(entry.key()));
  }
  return {};
}

bool consists_of(const Json& object, std::initializer_list<Part> parts) {
  return fault_of(object, std::span(parts.begin(), parts.size())).empty();
}

bool are_caches(const Json& value) { return is_list_of(value, is_cache); }

}  // namespace trafficbench
