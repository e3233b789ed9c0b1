#include "drivers/base/utf8.hpp"

#include <nlohmann/json.hpp>

#include "drivers/base/json.hpp"

namespace trafficbench {

std::string valid_utf8(std::string_view text) {
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

}  // namespace trafficbench
