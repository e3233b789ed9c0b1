// What a value of a report's JSON may be: the $defs of results/schema/report.schema.json.
#pragma once

#include <string>
#include <string_view>

#include "drivers/base/json.hpp"

namespace trafficbench {

bool is_text(const Json& value);
bool is_flag(const Json& value);
bool is_positive(const Json& value);      ///< a finite number above 0
bool is_not_negative(const Json& value);  ///< a finite number from 0 on
bool is_share(const Json& value);         ///< 0 to 1
bool is_integer(const Json& value);
bool is_index(const Json& value);  ///< an integer from 0 on that 64 bits with a sign hold
bool is_count(const Json& value);  ///< the same from 1 on
bool is_shape(const Json& value);  ///< a count that 32 bits with a sign hold: ranks, threads, cores
bool is_seed(const Json& value);
bool is_kernel(const Json& value);
bool is_isa(const Json& value);
bool is_hash(const Json& value);
bool is_row_name(const Json& value);
bool is_init(const Json& value);

/// A value as a message of one line shows it.
std::string shown(const Json& value);

}  // namespace trafficbench
