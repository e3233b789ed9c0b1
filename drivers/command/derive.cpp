// trafficbench derive
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "drivers/base/new_file.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/base/utf8.hpp"
#include "drivers/command/commands.hpp"
#include "drivers/report/point_row.hpp"
#include "drivers/report/ratios.hpp"
#include "drivers/report/report.hpp"
#include "drivers/report/report_file.hpp"

namespace trafficbench {

Status derive(const DeriveOptions& options) {
  Report measured = read_report(options.measured, Completeness::given);
  for (Row& row : measured.rows) {
    add_kernel_facts(row);
    work_out_rate(row);
  }
  add_ratios(measured.rows, measured.launches);
  for (const std::string& name : measured.unknown_fields) {
    say(fmt::format("trafficbench: note: {}: field {} is unknown here and is left out\n", echoed(options.measured),
                    echoed(name)));
  }
  check_free(options.output, options.force);
  NewFile output(options.output, options.force);
  Json report =
      make_report(measured.context["command"].get<std::string>(), Json::object(), measured.launches, measured.rows);
  // Who measured the rows knows what to say of them.
  report["context"] = measured.context;
  output.write(text_of_report(report));
  if (say_if_interrupted("trafficbench")) return Status::interrupted;
  output.publish();
  print_out(fmt::format("{} rows. Report: {}\n", measured.rows.size(), options.output));
  return status_of(measured.rows);
}

}  // namespace trafficbench
