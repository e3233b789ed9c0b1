// JSON in tests. What takes the compiler long to make of it, reading and writing, is made once here.
#pragma once

#include <iosfwd>
#include <string>

#include "drivers/base/json.hpp"

namespace trafficbench {

/// What that text says. Throws where it says nothing.
Json json_of(const std::string& text);

/// JSON on one line, for messages.
std::string text_of(const Json& json);

}  // namespace trafficbench

namespace nlohmann {

/// GoogleTest asks for it by this name, and would else take JSON for a container of JSON.
void PrintTo(const ordered_json& json, std::ostream* out);

}  // namespace nlohmann
