// trafficbench merge
#include <fmt/format.h>

#include <fstream>
#include <map>
#include <sstream>

#include "drivers/commands.hpp"
#include "drivers/files.hpp"
#include "drivers/journal.hpp"
#include "drivers/machine.hpp"
#include "drivers/provenance.hpp"
#include "drivers/report.hpp"
#include "drivers/standard_output.hpp"

namespace trafficbench {

namespace {

/// What this program needs of a report; the schema says the rest. Throws BadInput.
void check_report(const std::string& path, const Json& report) {
  const auto refuse = [&](const std::string& why) { throw BadInput(fmt::format("{}: {}", path, why)); };
  if (!report.is_object() || !report.contains("context") || !report["context"].is_object() ||
      report["context"].value("executable", Json()) != "trafficbench") {
    refuse("no report of trafficbench");
  }
  const Json& context = report["context"];
  if (context.value("json_schema_version", Json()) != kSchemaVersion) {
    refuse(fmt::format("its schema version is not {}", kSchemaVersion));
  }
  if (context.value("command", "") == "ladder") refuse("a ladder has a base of its own: it cannot be merged");
  if (!context.contains("runs") || !context["runs"].is_array() || context["runs"].empty()) refuse("it names no runs");
  if (!report.contains("benchmarks") || !report["benchmarks"].is_array()) refuse("it has no rows");
  for (const Json& row : report["benchmarks"]) {
    if (!row.is_object() || !row.contains("name") || !row["name"].is_string()) refuse("a row has no name");
    const auto name = row["name"].get<std::string>();
    for (const char* field : {"ranks", "threads", "cells", "run"}) {
      if (!row.contains(field) || !row[field].is_number_integer()) refuse(fmt::format("row {} lacks {}", name, field));
    }
    for (const char* field : {"kernel", "count", "mode", "origin"}) {
      if (!row.contains(field) || !row[field].is_string()) refuse(fmt::format("row {} lacks {}", name, field));
    }
    for (const char* field :
         {"mcops", "mcops_low", "verified", "density", "init", "seed", "isa", "base", "ladder_base"}) {
      if (!row.contains(field)) refuse(fmt::format("row {} lacks {}", name, field));
    }
    if (!row.contains("samples") || !row["samples"].is_array()) refuse(fmt::format("row {} lacks samples", name));
    if (row["run"] < 0 || row["run"] >= context["runs"].size() || row["ranks"] < 1 || row["threads"] < 1) {
      refuse(fmt::format("row {} is damaged", name));
    }
  }
}

Json read_report(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw BadInput(fmt::format("{} cannot be read", path));
  Json report = Json::parse(text.str(), nullptr, false);
  if (report.is_discarded()) throw BadInput(fmt::format("{}: no JSON, or cut short", path));
  check_report(path, report);
  return report;
}

/// Runs and rows of all reports together.
class Merged {
 public:
  void add(const std::string& path, const Json& report) {
    // The same launch may stand in several reports: a merge of merges.
    std::vector<std::size_t> places;
    for (const Json& run : report["context"]["runs"]) {
      std::size_t at = 0;
      while (at < runs_.size() && runs_[at] != run) ++at;
      if (at == runs_.size()) runs_.push_back(run);
      places.push_back(at);
    }
    for (Json row : report["benchmarks"]) {
      const auto name = row["name"].get<std::string>();
      if (const auto [other, fresh] = origins_.emplace(name, path); !fresh) {
        throw BadInput(fmt::format("row {} stands in {} and in {}: leave one of them out", name, other->second, path));
      }
      row["run"] = places[row["run"].get<std::size_t>()];
      rows_.push_back(std::move(row));
    }
  }

  /// With ratios and fits of all rows together.
  Json report() {
    add_ratios(rows_, runs_);
    Json report = make_report("merge", Json::object(), runs_, rows_);
    const Machine& machine = this_machine();
    Json& context = report["context"];
    context["date"] = utc_date();
    context["host_name"] = host_name();
    context["num_cpus"] = machine.cores * machine.threads_per_core;
    context["caches"] = caches_of(machine);
    context["mhz_per_cpu"] = nullptr;
    return report;
  }

  const std::vector<Json>& rows() const { return rows_; }

 private:
  std::vector<Json> runs_;
  std::vector<Json> rows_;
  std::map<std::string, std::string> origins_;  // the report that each row came from
};

}  // namespace

Status merge(const MergeOptions& options) {
  Merged merged;
  for (const std::string& path : options.reports) {
    const Json report = read_report(path);
    try {
      merged.add(path, report);
    } catch (const Json::exception& error) {
      throw BadInput(fmt::format("{} is damaged: {}", path, error.what()));
    }
  }
  check_writable(options.output, options.force);
  Json report;
  try {
    report = merged.report();
  } catch (const Json::exception& error) {
    throw BadInput(fmt::format("the reports do not fit together: {}", error.what()));
  }
  write_report(options.output, report);
  const bool verified = all_verified(merged.rows());
  print_out(
      fmt::format("{} rows of {} reports. Report: {}\n", merged.rows().size(), options.reports.size(), options.output));
  if (!verified) fmt::print(stderr, "trafficbench: rows failed their verification; they are marked in the report\n");
  return verified ? Status::done : Status::check_failed;
}

}  // namespace trafficbench
