// trafficbench merge
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "drivers/base/new_file.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/command/commands.hpp"
#include "drivers/machine/topology.hpp"
#include "drivers/report/point_row.hpp"
#include "drivers/report/provenance.hpp"
#include "drivers/report/ratios.hpp"
#include "drivers/report/report.hpp"
#include "drivers/report/report_file.hpp"

namespace trafficbench {

namespace {

/// Launches and rows of all reports together.
class Merged {
 public:
  void add(const std::string& path, const Report& report) {
    // The same launch may stand in several reports: a merge of merges.
    std::vector<std::size_t> places;
    for (const Json& launch : report.launches) {
      std::size_t at = 0;
      while (at < launches_.size() && launches_[at] != launch) ++at;
      if (at == launches_.size()) launches_.push_back(launch);
      places.push_back(at);
    }
    for (Row row : report.rows) {
      if (const auto [other, is_new] = files_.emplace(row.name, path); !is_new) {
        throw BadInput(
            fmt::format("row {} stands in {} and in {}: leave one of them out", row.name, other->second, path));
      }
      row.run = places[row.run];
      add_kernel_facts(row);
      rows_.push_back(std::move(row));
    }
  }

  /// With ratios and fits of all rows together.
  Json report() {
    add_ratios(rows_, launches_);
    Json report = make_report("merge", Json::object(), launches_, rows_);
    const Machine& machine = this_machine();
    Json& context = report["context"];
    context["date"] = utc_date();
    context["host_name"] = host_name();
    context["num_cpus"] = machine.cores * machine.threads_per_core;
    context["caches"] = caches_of(machine);
    context["mhz_per_cpu"] = nullptr;
    return report;
  }

  const std::vector<Row>& rows() const { return rows_; }

 private:
  std::vector<Json> launches_;
  std::vector<Row> rows_;
  std::map<std::string, std::string> files_;  // the report that each row came from, by the row's name
};

}  // namespace

Status merge(const MergeOptions& options) {
  Merged merged;
  for (const std::string& path : options.reports) {
    const Report report = read_report(path);
    if (report.context["command"] == "ladder") {
      throw BadInput(fmt::format("{}: a ladder has a base of its own: it cannot be merged", path));
    }
    merged.add(path, report);
  }
  check_free(options.output, options.force);
  NewFile output(options.output, options.force);
  output.write(text_of_report(merged.report()));
  if (say_if_interrupted("trafficbench")) return Status::interrupted;
  output.publish();
  print_out(
      fmt::format("{} rows of {} reports. Report: {}\n", merged.rows().size(), options.reports.size(), options.output));
  return status_of(merged.rows());
}

}  // namespace trafficbench
