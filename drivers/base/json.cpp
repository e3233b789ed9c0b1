#include "drivers/base/json.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <vector>

namespace trafficbench {

std::string parse_json(std::string_view text, Json& json) {
  // Deeper than any report, and far from where recursion ends. No quantity comes near the greatest number: squares and
  // products of such are numbers still. scripts/trafficbench_tools/reading.py has the same bounds.
  constexpr int kMaxDepth = 64;
  constexpr double kGreatest = 1e30;
  // The library passes over a byte order mark and ends at a zero.
  if (text.starts_with("\xef\xbb\xbf")) return "no JSON: it begins with a byte order mark";
  if (text.find('\0') != std::string_view::npos) return "no JSON: it holds a zero";
  std::vector<std::set<std::string>> open;  // keys of the objects that are being read, the innermost last
  std::string fault;
  class Refused : public std::exception {};
  const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
    using Event = Json::parse_event_t;
    if ((event == Event::object_start || event == Event::array_start) && depth >= kMaxDepth) {
      fault = fmt::format("nested deeper than {}: damaged", kMaxDepth);
      throw Refused();
    }
    if (event == Event::value && value.is_number_float() && std::abs(value.get<double>()) > kGreatest) {
      fault = fmt::format("the number {} is too large, expected at most {:g}: damaged", value.dump(), kGreatest);
      throw Refused();
    }
    if (event == Event::object_start) open.emplace_back();
    if (event == Event::object_end) open.pop_back();
    if (event == Event::key && !open.back().insert(value.get<std::string>()).second) {
      fault = fmt::format("the key {} appears twice in one object: damaged", value.dump(-1, ' ', true));
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
