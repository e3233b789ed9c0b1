// Objects of a report's JSON, each described by a table of its parts.
#pragma once

#include <initializer_list>
#include <span>
#include <string>

#include "drivers/base/json.hpp"

namespace trafficbench {

struct Part {
  const char* name;
  bool (*good)(const Json&);
  bool required = true;
};

/// What is wrong with an object that has these parts and no other, as in "lacks cpu" or "has cores 0"; empty if
/// nothing.
std::string fault_of(const Json& object, std::span<const Part> parts);

/// Whether nothing is.
bool consists_of(const Json& object, std::initializer_list<Part> parts);

/// The caches of a host, in Google Benchmark's shape.
bool are_caches(const Json& value);

}  // namespace trafficbench
