// A ceiling as JSON and as text.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "drivers/measure/ceiling.hpp"

namespace trafficbench {

/// What stands in a report as context.runs[].limits: {NAME: {"value", "unit", ...}}, where NAME is what limit_of calls
/// the limit. Operations that an instruction set lacks are null.
nlohmann::json to_json(const Ceiling& ceiling);

/// The same as two tables for people, several lines.
std::string ceiling_table(const Ceiling& ceiling);

}  // namespace trafficbench
