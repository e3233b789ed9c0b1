#include "drivers/report/report.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>

#include "drivers/report/fields.hpp"
#include "drivers/report/fits.hpp"
#include "drivers/report/nodes.hpp"

namespace trafficbench {

Json make_report(const std::string& command, const Json& axes, const std::vector<Json>& launches,
                 const std::vector<Row>& rows) {
  const Json& last = launches.back();
  const Json& cpu = last["cpu"];
  const Json& clock = cpu["clock_hz"];
  // In older reports cores are alike.
  const auto number_of = [&](const char* what) { return cpu[what].get<std::int64_t>(); };
  const std::int64_t cpus =
      cpu.contains("logical_cpus") ? number_of("logical_cpus") : number_of("cores") * number_of("threads_per_core");
  Json context = {{"date", last["date"]},
                  {"host_name", last["host"]},
                  {"executable", kExecutable},
                  {"num_cpus", cpus},
                  {"json_schema_version", kGoogleVersion},
                  {"trafficbench_schema", kSchemaVersion},
                  {"caches", last["caches"]},
                  {"mhz_per_cpu", clock.is_number() ? Json(clock.get<double>() / 1e6) : Json()},
                  {"command", command},
                  {"axes", axes},
                  {"runs", launches}};
  for (const ReportNode& node : nodes_of(launches)) context["nodes"].push_back(to_json(node));
  Json benchmarks = Json::array();
  for (const Row& row : rows) benchmarks.push_back(to_json(row));
  Json report = {{"context", std::move(context)}, {"benchmarks", std::move(benchmarks)}};
  if (const std::vector<Fit> fits = fits_of(rows); !fits.empty()) {
    Json& list = report["fits"] = Json::array();
    for (const Fit& fit : fits) list.push_back(to_json(fit));
  }
  return report;
}

}  // namespace trafficbench
