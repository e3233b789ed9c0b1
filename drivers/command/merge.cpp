// trafficbench merge
#include <fmt/format.h>

#include <map>

#include "drivers/base/files.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/command/commands.hpp"
#include "drivers/machine/machine.hpp"
#include "drivers/report/journal.hpp"
#include "drivers/report/provenance.hpp"
#include "drivers/report/report.hpp"
#include "drivers/report/report_file.hpp"

namespace trafficbench {

namespace {

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
    if (report["context"]["command"] == "ladder") {
      throw BadInput(fmt::format("{}: a ladder has a base of its own: it cannot be merged", path));
    }
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
