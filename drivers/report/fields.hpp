// The one table of a row's fields: how each is called in JSON, what it may hold, whether it must be there.
//
// Writing, reading, refusing and listing rows all walk this table. A new field is a member of Row (row.hpp), a line in
// fields.cpp, whoever fills it, and a property of results/schema/report.schema.json with its description; tests hold
// the two to each other.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/base/json.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

/// Whether a field stands in every row.
enum class Presence {
  always,   ///< with a value
  or_null,  ///< with a value or null, so that every row has the same columns
  optional  ///< left out where there is nothing to say
};

/// Who knows a field's value.
enum class Source {
  given,      ///< whoever measured the row
  worked_out  ///< complete() and add_ratios(), from what was given
};

struct Field {
  std::string_view name;
  Presence presence;
  Source source;

  /// The value; null where the row has none: then null is written or the field left out, as `presence` says.
  std::function<Json(const Row&)> write;

  /// Whether a value that is not null may stand there.
  bool (*good)(const Json&);

  /// Takes a value that is good. Empty for what follows from other fields: it must be what `write` says.
  std::function<void(Row&, const Json&)> read;

  /// Of an optional field that may be null too: whether that is what is written where the row has no value.
  bool (*null_if)(const Row&) = nullptr;
};

/// All of them, in the order in which they are written.
std::span<const Field> row_fields();

/// The row as it stands in a report.
Json to_json(const Row& row);

/// How much of a row is there.
enum class Completeness {
  whole,  ///< as a report holds it
  given   ///< what was measured: fields that are worked out may be missing or null, and are not looked at
};

/// Reads a row and holds it against the table and against the rules by which fields depend on each other. Returns what
/// is wrong, as in "has cells 0" or "lacks mcops"; empty if nothing is. Passes over fields that are not in the table: a
/// later program may have written them.
std::string read_row(const Json& json, Completeness completeness, Row& row);

/// Names of the fields of a row's object that are not in the table.
std::vector<std::string> unknown_fields(const Json& json);

}  // namespace trafficbench
