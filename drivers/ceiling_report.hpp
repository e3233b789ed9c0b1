// A ceiling as JSON and as text.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "drivers/ceiling.hpp"

namespace trafficbench {

/// {"clock_hz": ..., "boolean": [{"isa", "register_bits", "two_operand", "ternary_constant",
/// "ternary_fresh", "ternary_shared"}], "bandwidth": [{"level", "threads", "capacity_bytes",
/// "block_bytes", "read_bytes_per_second", "update_bytes_per_second"}]}. Operations that an
/// instruction set lacks are null.
nlohmann::json to_json(const Ceiling& ceiling);

/// The same as two tables for people, several lines.
std::string ceiling_table(const Ceiling& ceiling);

}  // namespace trafficbench
