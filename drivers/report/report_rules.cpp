#include "drivers/report/report_rules.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "drivers/base/known.hpp"
#include "drivers/report/number_rules.hpp"
#include "drivers/report/ratios.hpp"
#include "drivers/report/row_rules.hpp"
#include "drivers/report/values.hpp"

namespace trafficbench {

namespace {

/// A field in which a row and its base must agree.
struct Shared {
  const char* name;
  bool (*same)(const Row& row, const Row& base);
};

constexpr Shared kCount{"count", [](const Row& row, const Row& base) { return row.count == base.count; }};
constexpr Shared kOrigin{"origin", [](const Row& row, const Row& base) { return row.origin == base.origin; }};
constexpr Shared kKernel{"kernel", [](const Row& row, const Row& base) { return row.kernel == base.kernel; }};
constexpr Shared kMode{"mode", [](const Row& row, const Row& base) { return row.mode == base.mode; }};
constexpr Shared kCells{"cells", [](const Row& row, const Row& base) { return row.cells == base.cells; }};
/// In a weak sweep the road grows with the cores.
constexpr Shared kCellsIfStrong{
    "cells", [](const Row& row, const Row& base) { return row.mode == ScalingMode::weak || row.cells == base.cells; }};

constexpr Shared kSharedWithBase[] = {kCount, kOrigin, kKernel, kMode, kCellsIfStrong};
constexpr Shared kSharedWithLadderBase[] = {kCount, kOrigin, kCells};

/// What is wrong with a base, as what is said of it: "is no row of this report".
std::string fault_of_base(const Row& row, const Speedup& speedup, std::span<const Shared> shared,
                          const RowsByName& rows) {
  const auto found = rows.find(known(speedup.base));
  if (found == rows.end()) return "is no row of this report";
  const Row& base = *found->second;
  if (!base.mcops.value) return "has no rate";
  if (base.failed()) return "failed its verification";
  for (const Shared& field : shared) {
    if (!field.same(row, base)) return fmt::format("has another {}", field.name);
  }
  return {};
}

std::string fault_of_estimate(const std::string& name, const Estimate& is, const Estimate& follows) {
  struct Number {
    const char* end;
    std::optional<double> is;
    std::optional<double> follows;
  };
  const Number numbers[] = {
      {"", is.value, follows.value}, {"_low", is.low, follows.low}, {"_high", is.high, follows.high}};
  const auto text = [](std::optional<double> number) { return number ? fmt::format("{}", *number) : "null"; };
  for (const auto& [end, one, other] : numbers) {
    if (one.has_value() == other.has_value() && (!one || are_close(*one, *other))) continue;
    return fmt::format("has {}{} {}, and {} follows from the samples", name, end, text(one), text(other));
  }
  return {};
}

std::string fault_of_ratio(const std::string& prefix, const Speedup& is, const Speedup& follows) {
  const Estimate rate{is.base_mcops, {}, {}};
  if (std::string fault = fault_of_estimate(prefix + "base_mcops", rate, {follows.base_mcops, {}, {}});
      !fault.empty()) {
    return fault;
  }
  return fault_of_estimate(prefix + "speedup", is.ratio, follows.ratio);
}

std::string fault_of_bases(const Row& row, const RowsByName& rows) {
  const auto told = [](const char* field, const std::string& base, const std::string& fault) {
    return fmt::format("has {} {}, which {}", field, shown(base), fault);
  };
  if (row.speedup.base) {
    const std::string fault = fault_of_base(row, row.speedup, kSharedWithBase, rows);
    if (!fault.empty()) return told("base", *row.speedup.base, fault);
    const Row& base = *rows.at(*row.speedup.base);
    if (std::string wrong = fault_of_ratio("", row.speedup, speedup_over(row, base)); !wrong.empty()) return wrong;
    const Estimate efficiency = efficiency_of(row.speedup.ratio, row, base);
    if (std::string wrong = fault_of_estimate("efficiency", row.efficiency, efficiency); !wrong.empty()) return wrong;
  }
  if (row.ladder.base) {
    std::string fault = fault_of_base(row, row.ladder, kSharedWithLadderBase, rows);
    if (fault.empty() && rows.at(*row.ladder.base)->workers() != 1) fault = "is not on one core";
    if (!fault.empty()) return told("ladder_base", *row.ladder.base, fault);
    return fault_of_ratio("ladder_", row.ladder, speedup_over(row, *rows.at(*row.ladder.base)));
  }
  return {};
}

/// What is wrong with the launches and visits that a row names.
std::string fault_of_launches(const Row& row, std::span<const Json> launches) {
  bool is_limit_known = !row.limit || row.sample_runs.empty();
  for (std::size_t i = 0; i < row.sample_runs.size(); ++i) {
    const std::size_t run = row.sample_runs[i];
    if (run >= launches.size()) return fmt::format("has launch {}, and there are {}", run, launches.size());
    if (i > 0 && run == row.sample_runs[i - 1] && row.sample_visits[i] == row.sample_visits[i - 1]) continue;
    const Json& launch = launches[run];
    if (launch.contains("visits") && std::cmp_greater_equal(row.sample_visits[i], launch["visits"].size())) {
      return fmt::format("has visit {} of launch {}, which made {}", row.sample_visits[i], run,
                         launch["visits"].size());
    }
    const Json& limits = launch["limits"];
    is_limit_known = is_limit_known || (limits.is_object() && limits.contains(known(row.limit)));
  }
  if (is_limit_known) return {};
  return fmt::format("has limit {}, which is not among the limits of its launches", shown(known(row.limit)));
}

}  // namespace

RowsByName by_name(std::span<const Row> rows) {
  RowsByName names;
  for (const Row& row : rows) names.emplace(row.name, &row);
  return names;
}

std::string broken_report_rule(const Row& row, const RowsByName& rows, std::span<const Json> launches,
                               Completeness completeness) {
  if (std::string fault = fault_of_launches(row, launches); !fault.empty()) return fault;
  if (completeness == Completeness::given) return {};
  if (std::string fault = broken_ratio_rule(row); !fault.empty()) return fault;
  return fault_of_bases(row, rows);
}

}  // namespace trafficbench
