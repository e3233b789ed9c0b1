// JSON whose objects keep the order in which they were made, as reports are written.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace trafficbench {

using Json = nlohmann::ordered_json;

/// Reads a text that anybody may have written. Returns what is wrong with it, as in "no JSON, or cut short"; empty if
/// nothing is. Of a key that stands twice in an object the library would drop one, and what is nested without end would
/// take the stack: both are refused.
std::string parse_json(std::string_view text, Json& json);

}  // namespace trafficbench
