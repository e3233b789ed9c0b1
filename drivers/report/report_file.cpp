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

/// Deeper than any report, and far from where recursion ends. scripts/trafficbench_tools/reports.py has the same.
constexpr int kDeepest = 64;

/// A report's text as JSON. Of a key that stands twice in an object the parser would drop one.
Json parse(const std::string& path, const std::string& text) {
  // The parser passes over a byte order mark and ends at a zero.
  if (text.starts_with("\xef\xbb\xbf") || text.find('\0') != std::string::npos) {
    throw BadInput(fmt::format("{}: no JSON: it begins with a byte order mark, or holds a zero", path));
  }
  std::vector<std::set<std::string>> open;  // keys of the objects that are being read, the innermost last
  using Event = Json::parse_event_t;
  const auto watch = [&](int depth, Event event, Json& value) {
    if ((event == Event::object_start || event == Event::array_start) && depth >= kDeepest) {
      throw BadInput(fmt::format("{}: nested deeper than {}: damaged", path, kDeepest));
    }
    if (event == Event::object_start) open.emplace_back();
    if (event == Event::object_end) open.pop_back();
    if (event == Event::key && !open.back().insert(value.get<std::string>()).second) {
      throw BadInput(fmt::format("{}: the key {} stands twice in one object: damaged", path, shown(value)));
    }
    return true;
  };
  Json json = Json::parse(text, watch, false);
  if (json.is_discarded()) throw BadInput(fmt::format("{}: no JSON, or cut short", path));
  return json;
}

bool is_list(const Json& value) { return value.is_array(); }

constexpr Part kReport[] = {{"context", is_object}, {"benchmarks", is_list}, {"fits", is_list, false}};

}  // namespace

Report read_report(const std::string& path, Completeness completeness) {
  const auto refuse = [&](const std::string& why) { throw BadInput(fmt::format("{}: {}", path, why)); };
  const Json json = parse(path, text_of_file(path));
  if (!json.is_object() || !json.contains("context") || !json["context"].is_object() ||
      json["context"].value("executable", Json()) != kExecutable) {
    refuse("no report of trafficbench");
  }
  Report report;
  report.context = json["context"];
  if (report.context.value("json_schema_version", Json()) != kSchemaVersion) {
    refuse(fmt::format("its schema version is not {}", kSchemaVersion));
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
    if (fault.empty() && !names.insert(report.rows[i].name).second) fault = "stands twice";
    if (!fault.empty()) refuse_row(i, fault);
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

void write_report(const std::string& path, const Json& report) { write_whole_file(path, report.dump(1) + "\n"); }

}  // namespace trafficbench
