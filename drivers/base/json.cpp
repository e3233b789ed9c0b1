#include "drivers/base/json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <vector>

namespace trafficbench {

std::string parse_json(std::string_view text, Json& json) {
  constexpr int kMaxDepth = 64;
  std::vector<std::set<std::string>> open;  // keys of the objects that are being read, the innermost last
  std::string fault;
  class Refused : public std::exception {};
  const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
    using Event = Json::parse_event_t;
    if (depth > kMaxDepth) {
      fault = "nested too deeply: damaged";
      throw Refused();
    }
    if (event == Event::object_start) open.emplace_back();
    if (event == Event::object_end) open.pop_back();
    if (event == Event::key && !open.back().insert(value.get<std::string>()).second) {
      fault = fmt::format("the key {} stands twice in one object: damaged", value.dump(-1, ' ', true));
      throw Refused();
    }
    return true;
  };
  try {
    json = Json::parse(text, watch, false);
  } catch (const Refused&) {
    return fault;
  }
  return json.is_discarded() ? "no JSON, or cut short" : "";
}

}  // namespace trafficbench
