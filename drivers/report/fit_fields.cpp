#include "drivers/report/fit_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "drivers/report/parts.hpp"
#include "drivers/report/scaling_laws.hpp"
#include "drivers/report/values.hpp"

namespace trafficbench {

namespace {

bool is_law(const Json& value) { return value.is_string() && named<Law>(value.get_ref<const std::string&>()); }
bool are_rows(const Json& value) { return are_different<is_row_name>(value) && value.size() >= 2; }
bool are_residuals(const Json& value) { return are<is_number>(value) && value.size() >= 2; }

bool is_fitted(const Json& value) {
  return consists_of(value, {{"value", is_number}, {"low", is_number_or_null}, {"high", is_number_or_null}});
}
bool are_fitted(const Json& value) {
  return value.is_object() && !value.empty() && std::ranges::all_of(value, is_fitted);
}

constexpr Part kFit[] = {{"law", is_law}, {"rows", are_rows}, {"parameters", are_fitted}, {"residuals", are_residuals}};

}  // namespace

std::string fault_of_fit(const Json& fit, const RowsByName& rows) {
  if (std::string fault = fault_of(fit, kFit); !fault.empty()) return fault;
  if (fit["residuals"].size() != fit["rows"].size()) return "has residuals that are not one per row";
  for (const Json& name : fit["rows"]) {
    const auto found = rows.find(name.get_ref<const std::string&>());
    if (found == rows.end()) return fmt::format("has {} among its rows, which is no row of this report", shown(name));
    if (!found->second->speedup.ratio.value) return fmt::format("has {} among its rows, without speedup", shown(name));
  }
  for (const auto& [name, parameter] : fit["parameters"].items()) {
    const Json& low = parameter["low"];
    const Json& high = parameter["high"];
    if (low.is_null() || high.is_null()) continue;
    if (low > parameter["value"] || parameter["value"] > high) {
      return fmt::format("has the parameter {}, which is not low <= value <= high", shown(name));
    }
  }
  return {};
}

}  // namespace trafficbench
