// The rules by which the rows of a report depend on each other and on its launches: docs/schema.md, "Rules that the
// schema cannot say".
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "drivers/base/json.hpp"
#include "drivers/report/fields.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

/// The rows of one report; the names are the rows' own.
using RowsByName = std::map<std::string_view, const Row*>;

RowsByName by_name(std::span<const Row> rows);

/// The first of the rules that the row breaks, as in "has base sweep/a, which is no row of this report"; empty if it
/// breaks none. Where only what was measured is given, there are no ratios yet, and rules about them do not hold.
std::string broken_report_rule(const Row& row, const RowsByName& rows, std::span<const Json> launches,
                               Completeness completeness);

}  // namespace trafficbench
