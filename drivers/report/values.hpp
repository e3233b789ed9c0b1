// What a value of a report's JSON may be: the $defs of results/schema/report.schema.json.
#pragma once

#include <string>
#include <string_view>

#include "drivers/base/json.hpp"

namespace trafficbench {

bool is_string(const Json& value);  ///< any text, an empty one too
bool is_string_or_null(const Json& value);
bool is_text(const Json& value);  ///< one that is not empty
bool is_text_or_null(const Json& value);
bool is_flag(const Json& value);
bool is_number(const Json& value);  ///< a finite one
bool is_number_or_null(const Json& value);
bool is_positive(const Json& value);  ///< a finite number above 0
bool is_positive_or_null(const Json& value);
bool is_not_negative(const Json& value);  ///< a finite number from 0 on
bool is_share(const Json& value);         ///< 0 to 1
bool is_integer(const Json& value);       ///< one that 64 bits with a sign hold
bool is_index(const Json& value);         ///< the same from 0 on
bool is_count(const Json& value);         ///< the same from 1 on
bool is_shape(const Json& value);         ///< a count that 32 bits with a sign hold: ranks, threads, cores
bool is_shape_index(const Json& value);   ///< the number of one of these, from 0 on
bool is_shape_index_or_null(const Json& value);
bool is_seed(const Json& value);
bool is_kernel(const Json& value);
bool is_isa(const Json& value);
bool is_hash(const Json& value);
bool is_row_name(const Json& value);
bool is_init(const Json& value);
bool is_utc_date(const Json& value);        ///< "2000-01-31T23:59:59Z"
bool is_release_number(const Json& value);  ///< "4.0", as a standard is numbered
bool is_object(const Json& value);
bool is_object_or_null(const Json& value);
bool are_strings_by_name(const Json& value);  ///< an object, whose names are others' business

/// A list of values that are all good.
bool is_list_of(const Json& value, bool (*good)(const Json&));
/// The same, none of them twice.
bool is_list_of_different(const Json& value, bool (*good)(const Json&));

template <bool (*Good)(const Json&)>
bool are(const Json& value) {
  return is_list_of(value, Good);
}
template <bool (*Good)(const Json&)>
bool are_different(const Json& value) {
  return is_list_of_different(value, Good);
}

/// A value as a message of one line shows it.
std::string shown(const Json& value);

}  // namespace trafficbench
