#include "drivers/report/row_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "drivers/report/number_rules.hpp"
#include "drivers/report/values.hpp"

namespace trafficbench {

namespace {

/// What a rule wants of a field.
enum class Want { some, none };

struct Rule {
  bool (*applies)(const Row& row);
  const char* who;  ///< it applies to
  Want want;
  std::vector<std::string_view> fields;
};

/// Rules of a row by itself.
const std::vector<Rule>& rules() {
  using enum Want;
  static const auto skipped = [](const Row& row) { return row.skipped.has_value(); };
  static const auto finished = [](const Row& row) { return !row.skipped; };
  static const auto updates = [](const Row& row) { return !row.skipped && row.row_class == RowClass::update; };
  static const auto jumps = [](const Row& row) { return row.row_class != RowClass::update; };
  static const auto of_files = [](const Row& row) { return !row.skipped && row.row_class == RowClass::io; };
  static const auto not_of_files = [](const Row& row) { return row.row_class != RowClass::io; };
  static const auto of_a_machine = [](const Row& row) { return row.origin == Origin::measured; };
  static const auto measured = [](const Row& row) { return !row.skipped && row.origin == Origin::measured; };
  static const auto projected = [](const Row& row) { return row.origin != Origin::measured; };
  static const auto simulated = [](const Row& row) { return row.origin == Origin::simulated; };
  static const auto modelled = [](const Row& row) { return row.origin == Origin::modelled; };
  static const auto hashed = [](const Row& row) { return row.verification == VerificationMethod::full; };
  static const auto failed = [](const Row& row) { return row.failed(); };
  static const auto with_limit = [](const Row& row) { return row.limit.has_value(); };
  static const auto without_limit = [](const Row& row) { return !row.limit; };
  static const auto without_energy = [](const Row& row) { return !row.energy_joules; };
  static const auto of_an_energy_run = [](const Row& row) {
    return row.energy_run_seconds.has_value() || row.energy_run_steps.has_value();
  };
  static const auto with_joules_of_updates = [](const Row& row) {
    return row.energy_joules.has_value() && row.row_class == RowClass::update;
  };
  static const auto without_joules_of_updates = [](const Row& row) {
    return !row.energy_joules || row.row_class != RowClass::update;
  };
  static const auto sound = [](const Row& row) { return !row.skipped && !row.failed(); };
  static const std::vector<Rule> rules{
      {skipped,
       "a skipped row",
       none,
       {"samples",         "sample_visits", "sample_runs", "sample_steps",  "rank_seconds",  "cpu_seconds",
        "sample_clock_hz", "steps",         "depth",       "real_time",     "real_time_low", "real_time_high",
        "cpu_time",        "mcops",         "mcops_low",   "mcops_high",    "interval_over", "mcops_best",
        "cells_per_cycle", "limit",         "hash",        "verified",      "restarted",     "stopped",
        "placement",       "clock_hz",      "shares",      "energy_joules", "phase_seconds", "resident"}},
      {skipped, "a skipped row", some, {"error_message"}},
      {finished, "a row that was not skipped", some, {"steps"}},
      {updates, "a row of an update kernel", some, {"mcops", "mcops_best"}},
      {jumps,
       "a row that updates no cells",
       none,
       {"mcops", "mcops_low", "mcops_high", "mcops_best", "cells_per_cycle", "limit"}},
      {of_files,
       "a row of files",
       some,
       {"layout", "operation", "sync", "bytes", "files", "megabytes_per_second", "megabytes_per_second_best",
        "mebibytes_per_second", "phase_seconds", "reader", "file_system"}},
      {not_of_files,
       "a row that is not of files",
       none,
       {"layout",
        "operation",
        "sync",
        "bytes",
        "files",
        "megabytes_per_second",
        "megabytes_per_second_low",
        "megabytes_per_second_high",
        "megabytes_per_second_best",
        "mebibytes_per_second",
        "phase_seconds",
        "resident",
        "reader",
        "file_system",
        "stripe_count",
        "stripe_bytes",
        "stripes_note",
        "hints",
        "hints_ignored",
        "direct"}},
      {measured, "a measured row", some, {"samples", "verified", "restarted", "stopped"}},
      {of_a_machine, "a measured row", none, {"model"}},
      {projected,
       "a row that was not measured",
       none,
       {"hash", "verified", "restarted", "stopped", "placement", "clock_hz", "interval_over", "speedup_low",
        "efficiency_low", "ladder_speedup_low", "skipped"}},
      {projected, "a row that was not measured", some, {"model"}},
      {simulated, "a simulated row", some, {"samples"}},
      {modelled, "a modelled row", none, {"samples"}},
      {projected, "a row that was not measured", none, {"cells_per_cycle", "limit", "energy_joules", "warnings"}},
      {with_limit, "a row with a limit", some, {"limit_mcops", "fraction_of_limit"}},
      {without_limit, "a row without a limit", none, {"limit_mcops", "fraction_of_limit"}},
      {without_energy, "a row without joules", none, {"energy_run_seconds", "energy_run_steps"}},
      {of_an_energy_run, "a row with an energy run", some, {"energy_run_seconds", "energy_run_steps", "energy_source"}},
      {with_joules_of_updates, "a row with joules", some, {"updates_per_joule"}},
      {without_joules_of_updates, "a row without joules of updates", none, {"updates_per_joule"}},
      {sound, "a row that did not fail", none, {"error_message"}},
      {hashed, "a row verified in full", some, {"hash"}},
      {failed, "a row that failed", some, {"error_message"}},
  };
  return rules;
}

/// Rules of its ratios.
const std::vector<Rule>& ratio_rules() {
  using enum Want;
  static const auto skipped = [](const Row& row) { return row.skipped.has_value(); };
  static const auto failed = [](const Row& row) { return row.failed(); };
  static const auto jumps = [](const Row& row) { return row.row_class != RowClass::update; };
  static const auto with_base = [](const Row& row) { return row.speedup.base.has_value(); };
  static const auto without_base = [](const Row& row) { return !row.speedup.base; };
  static const auto with_ladder_base = [](const Row& row) { return row.ladder.base.has_value(); };
  static const auto without_ladder_base = [](const Row& row) { return !row.ladder.base; };
  static const std::vector<Rule> rules{
      {skipped, "a skipped row", none, {"base", "ladder_base"}},
      {failed, "a row that failed", none, {"base", "ladder_base"}},
      {jumps, "a row that updates no cells", none, {"base", "ladder_base"}},
      {with_base, "a row with a base", some, {"base_mcops", "speedup", "efficiency"}},
      {without_base,
       "a row without a base",
       none,
       {"base_mcops", "speedup", "speedup_low", "speedup_high", "efficiency", "efficiency_low", "efficiency_high"}},
      {with_ladder_base, "a row with a ladder base", some, {"ladder_base_mcops", "ladder_speedup"}},
      {without_ladder_base,
       "a row without a ladder base",
       none,
       {"ladder_base_mcops", "ladder_speedup", "ladder_speedup_low", "ladder_speedup_high"}},
  };
  return rules;
}

const Field& field_named(std::string_view name) {
  return *std::ranges::find(row_fields(), name, [](const Field& field) { return field.name; });
}

std::string broken(const std::vector<Rule>& rules, const Row& row, Completeness completeness) {
  for (const Rule& rule : rules) {
    if (!rule.applies(row)) continue;
    for (const std::string_view name : rule.fields) {
      const Field& field = field_named(name);
      if (completeness == Completeness::given && field.source == Source::worked_out) continue;
      const Json value = field.write(row);
      const bool empty = value.is_null() || (value.is_array() && value.empty());
      if (empty == (rule.want == Want::none)) continue;
      if (empty && field.presence == Presence::optional) return fmt::format("lacks {}, as {}", name, rule.who);
      return fmt::format("has {} {}, as {}", name, shown(value), rule.who);
    }
  }
  return {};
}

}  // namespace

std::string broken_rule(const Row& row, Completeness completeness) {
  if (std::string fault = broken(rules(), row, completeness); !fault.empty()) return fault;
  // It follows from the samples, but for a modelled row, which has none.
  const bool has_time = row.real_time_ns || (completeness == Completeness::given && !row.samples.empty());
  if (!row.skipped && !has_time) return "has real_time null, as a row that was not skipped";
  const bool has_cpu_time = row.cpu_time_ns || (completeness == Completeness::given && !row.cpu_seconds.empty());
  if (!row.skipped && !has_cpu_time) return "has cpu_time null, as a row that was not skipped";
  const bool is_measured = !row.skipped && row.origin == Origin::measured;
  if (is_measured != (row.verification != VerificationMethod::none)) {
    return fmt::format("has verification {}, as {}", name_of(row.verification),
                       is_measured ? "a measured row" : "a row that was not measured");
  }
  if (row.origin != Origin::measured && row.row_class != RowClass::update) {
    return fmt::format("has class {}, as a row that was not measured", name_of(row.row_class));
  }
  if (row.stopped == StopReason::failed && !row.failed()) return "has stopped failed, and did not fail";
  return broken_number_rule(row, completeness);
}

std::string broken_ratio_rule(const Row& row) { return broken(ratio_rules(), row, Completeness::whole); }

}  // namespace trafficbench
