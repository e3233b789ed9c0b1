// JSON whose objects keep the order in which they were made, as reports are written.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace trafficbench {

using Json = nlohmann::ordered_json;

}  // namespace trafficbench
