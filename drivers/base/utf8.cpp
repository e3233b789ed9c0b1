#include "drivers/base/utf8.hpp"

#include <nlohmann/json.hpp>

#include "drivers/base/json.hpp"

namespace trafficbench {

std::string valid_utf8(std::string_view text) {
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

std::string one_line(std::string_view text) {
  std::string line;
  for (const char letter : valid_utf8(text)) {
    const auto byte = static_cast<unsigned char>(letter);
    // U+0080 to U+009F are two bytes, of which the first is this.
    const bool ends_control = !line.empty() && line.back() == '\xc2' && byte < 0xa0;
    if (ends_control) line.pop_back();
    line += ends_control || byte < ' ' || byte == 0x7f ? '?' : letter;
  }
  return line;
}

}  // namespace trafficbench
