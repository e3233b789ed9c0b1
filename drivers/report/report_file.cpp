#include "drivers/report/report_file.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/files.hpp"
#include "drivers/report/context_fields.hpp"
#include "drivers/report/fit_fields.hpp"
#include "drivers/report/launches.hpp"
#include "drivers/report/parts.hpp"
#include "drivers/report/report.hpp"
#include "drivers/report/report_rules.hpp"
#include "drivers/report/values.hpp"

namespace trafficbench {

namespace {

/// How a message calls a row.
std::string title(const Json& row, std::size_t number) {
  const bool is_named = row.is_object() && row.contains("name") && is_row_name(row["name"]);
  return is_named ? fmt::format("row {} ({})", number, row["name"].get<std::string>()) : fmt::format("row {}", number);
}

bool is_list(const Json& value) { return value.is_array(); }

constexpr Part kReport[] = {{"context", is_object}, {"benchmarks", is_list}, {"fits", is_list, false}};

}  // namespace

Report read_report(const std::string& path, Completeness completeness) {
  const auto refuse = [&](const std::string& why) { throw BadInput(fmt::format("{}: {}", path, why)); };
  Json json;
  if (const std::string fault = parse_json(text_of_file(path), json); !fault.empty()) refuse(fault);
  if (!json.is_object() || !json.contains("context") || !json["context"].is_object() ||
      json["context"].value("executable", Json()) != kExecutable) {
    refuse("no report of trafficbench");
  }
  Report report;
  report.context = json["context"];
  if (!report.context.contains("trafficbench_schema")) {
    refuse(fmt::format("it is of version 1 of the report, which has no visits, and not of version {}: measure it again",
                       kSchemaVersion));
  }
  if (!json.contains("benchmarks") || !json["benchmarks"].is_array() || json["benchmarks"].empty()) {
    refuse("it has no rows");
  }
  if (const std::string fault = fault_of(json, kReport); !fault.empty()) refuse("it " + fault);
  if (const std::string fault = fault_of_context(report.context); !fault.empty()) refuse("its context " + fault);
  for (const Json& launch : report.context["runs"]) {
    if (const std::string fault = fault_of_launch(launch); !fault.empty()) {
      refuse(fmt::format("one of its runs {}", fault));
    }
    report.launches.push_back(launch);
  }
  const Json& rows = json["benchmarks"];
  const auto refuse_row = [&](std::size_t i, const std::string& fault) {
    refuse(fmt::format("{} {}: damaged", title(rows[i], i + 1), fault));
  };
  report.rows.resize(rows.size());
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::string fault = read_row(rows[i], completeness, report.rows[i]);
    if (fault.empty() && !names.insert(report.rows[i].name).second) fault = "appears twice";
    if (!fault.empty()) refuse_row(i, fault);
    for (const std::string& name : unknown_fields(rows[i])) report.unknown_fields.insert(name);
  }
  const RowsByName by_names = by_name(report.rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string fault = broken_report_rule(report.rows[i], by_names, report.launches, completeness);
    if (!fault.empty()) refuse_row(i, fault);
  }
  // Fits are worked out.
  if (completeness == Completeness::given || !json.contains("fits")) return report;
  for (const Json& fit : json["fits"]) {
    if (const std::string fault = fault_of_fit(fit, by_names); !fault.empty()) {
      refuse(fmt::format("one of its fits {}: damaged", fault));
    }
  }
  return report;
}

std::string text_of_report(const Json& report) {
  // A row a line: people look for one with grep, and lists of a hundred samples take no hundred lines.
  std::string text = fmt::format("{{\n\"context\": {},\n\"benchmarks\": [", report["context"].dump(1));
  const char* before = "\n";
  for (const Json& row : report["benchmarks"]) {
    text += before + row.dump();
    before = ",\n";
  }
  text += "\n]";
  if (report.contains("fits")) text += fmt::format(",\n\"fits\": {}", report["fits"].dump(1));
  return text + "\n}\n";
}

}  // namespace trafficbench
