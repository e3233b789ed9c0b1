#include "drivers/report/report_file.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/files.hpp"
#include "drivers/report/launches.hpp"
#include "drivers/report/report.hpp"
#include "drivers/report/values.hpp"

namespace trafficbench {

namespace {

/// How a message calls a row.
std::string title(const Json& row, std::size_t number) {
  const bool is_named = row.is_object() && row.contains("name") && is_row_name(row["name"]);
  return is_named ? fmt::format("row {} ({})", number, row["name"].get<std::string>()) : fmt::format("row {}", number);
}

}  // namespace

Report read_report(const std::string& path, Completeness completeness) {
  const auto refuse = [&](const std::string& why) { throw BadInput(fmt::format("{}: {}", path, why)); };
  Json json;
  if (const std::string fault = parse_json(text_of_file(path), json); !fault.empty()) refuse(fault);
  if (!json.is_object() || !json.contains("context") || !json["context"].is_object() ||
      json["context"].value("executable", Json()) != "trafficbench") {
    refuse("no report of trafficbench");
  }
  Report report;
  report.context = json["context"];
  const Json& context = report.context;
  if (context.value("json_schema_version", Json()) != kSchemaVersion) {
    refuse(fmt::format("its schema version is not {}", kSchemaVersion));
  }
  if (!context.contains("command") || !is_text(context["command"])) refuse("it names no command");
  if (!context.contains("runs") || !context["runs"].is_array() || context["runs"].empty()) refuse("it names no runs");
  for (const Json& launch : context["runs"]) {
    if (const std::string fault = fault_of_launch(launch); !fault.empty()) {
      refuse(fmt::format("one of its runs {}", fault));
    }
    report.launches.push_back(launch);
  }
  if (!json.contains("benchmarks") || !json["benchmarks"].is_array() || json["benchmarks"].empty()) {
    refuse("it has no rows");
  }
  std::set<std::string> names;
  for (const Json& each : json["benchmarks"]) {
    Row& row = report.rows.emplace_back();
    std::string fault = read_row(each, completeness, row);
    if (fault.empty() && row.run >= report.launches.size()) {
      fault = fmt::format("has run {}, and there are {}", row.run, report.launches.size());
    }
    if (fault.empty() && !names.insert(row.name).second) fault = "stands twice";
    if (!fault.empty()) refuse(fmt::format("{} {}: damaged", title(each, report.rows.size()), fault));
  }
  return report;
}

std::string text_of_report(const Json& report) { return report.dump(1) + "\n"; }

}  // namespace trafficbench
