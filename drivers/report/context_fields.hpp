// The context of a report: what it may hold, but for its launches (launches.hpp).
#pragma once

#include <string>

#include "drivers/base/json.hpp"

namespace trafficbench {

/// What is wrong with it, as in "lacks date"; empty if nothing.
std::string fault_of_context(const Json& context);

}  // namespace trafficbench
