#include "drivers/base/utf8.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "drivers/base/json.hpp"

namespace trafficbench {

std::string valid_utf8(std::string_view text) {
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

std::string one_line(std::string_view text) {
  std::string line = valid_utf8(text);
  std::ranges::replace_if(line, [](unsigned char letter) { return letter < ' ' || letter == 0x7f; }, '?');
  return line;
}

}  // namespace trafficbench
