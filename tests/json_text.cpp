#include "tests/json_text.hpp"

#include <nlohmann/json.hpp>
#include <ostream>

namespace trafficbench {

Json json_of(const std::string& text) { return Json::parse(text); }

std::string text_of(const Json& json) { return json.dump(); }

}  // namespace trafficbench

namespace nlohmann {

void PrintTo(const ordered_json& json, std::ostream* out) { *out << json.dump(); }

}  // namespace nlohmann
