// trafficbench merge
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "drivers/base/new_file.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/base/utf8.hpp"
#include "drivers/command/commands.hpp"
#include "drivers/machine/topology.hpp"
#include "drivers/report/append.hpp"
#include "drivers/report/launches.hpp"
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
      for (std::size_t& run : row.sample_runs) run = places[run];
      add_kernel_facts(row);
      const auto [place, is_new] = places_.try_emplace(row.name, Place{rows_.size(), path});
      if (is_new) {
        rows_.push_back(std::move(row));
      } else {
        append(place->second, row, path);
      }
    }
    for (const std::string& name : report.unknown_fields) {
      say(fmt::format("trafficbench: note: {}: field {} is unknown here and is left out\n", echoed(path),
                      echoed(name)));
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
    context["num_cpus"] = machine.cpus;
    context["caches"] = caches_of(machine);
    context["mhz_per_cpu"] = nullptr;
    return report;
  }

  const std::vector<Row>& rows() const { return rows_; }

 private:
  struct Place {
    std::size_t row;
    std::string path;  // of the report that it came from first
  };

  void append(const Place& place, const Row& more, const std::string& path) {
    Row& row = rows_[place.row];
    const auto refuse = [&](const std::string& why) {
      throw BadInput(fmt::format("row {}, which appears in {} and in {}, {}", row.name, place.path, path, why));
    };
    if (more.skipped) return;
    if (row.skipped) {
      row = more;
      return;
    }
    const bool are_measured = row.origin == Origin::measured && more.origin == Origin::measured;
    if (!are_measured || row.samples.empty() || more.samples.empty()) {
      refuse("was not measured in both: leave one of them out");
    }
    const Json& launch = launches_[row.sample_runs.front()];
    const Json& other = launches_[more.sample_runs.front()];
    if (const std::string fault = why_not_together(launch, other); !fault.empty()) {
      refuse(fault + ": leave one of them out");
    }
    if (const std::string fault = append_samples(row, more); !fault.empty()) refuse(fault);
  }

  std::vector<Json> launches_;
  std::vector<Row> rows_;
  std::map<std::string, Place> places_;  // of the rows, by name
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
