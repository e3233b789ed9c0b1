// begin and finish: what scripts/simulate.sh does before and after the simulation itself.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "drivers/base/known.hpp"
#include "drivers/base/new_file.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/command/commands.hpp"
#include "drivers/command/model_commands.hpp"
#include "drivers/report/journal.hpp"
#include "drivers/report/provenance.hpp"
#include "drivers/report/ratios.hpp"
#include "drivers/report/report.hpp"
#include "drivers/report/report_file.hpp"

namespace trafficbench::projection {

namespace {

constexpr char kNote[] =
    "Simulated and modelled: no row was measured on the machine that it speaks of. Kernel times are projected from the "
    "report named in calibrated_from, by cycles an update at another clock; docs/scaling.md says how, and where it "
    "would "
    "break.";

std::vector<Row> modelled_rows(const Study& study) {
  std::vector<Row> rows;
  for (const Point& point : study.points()) {
    rows.push_back(study.row("model", Origin::modelled, point, study.predict(point).seconds, "loggp", "1"));
  }
  add_ratios(rows, {});
  return rows;
}

Json report_of(const std::string& command, const Json& axes, const std::vector<Json>& runs,
               const std::vector<Row>& rows) {
  Json report = make_report(command, axes, runs, rows);
  report["context"]["note"] = kNote;
  return report;
}

Json describe(const std::vector<std::string>& argv) {
  int none = 0;
  char** nothing = nullptr;
  const std::unique_ptr<Communicator> alone = start_world(none, nothing);
  return describe_run(*alone, argv);
}

std::string short_name(const Point& point, std::int64_t depth) {
  return fmt::format("{:>9}{} {:>7} {:>7}", format_count(point.cells_asked_for()),
                     point.cells_per_core ? " per core" : "         ", point.ranks, depth);
}

/// Prints one line a point; the greatest difference of model and simulation, as a part of the latter.
double compare(const Study& study, const std::vector<Row>& simulated, const std::vector<Row>& modelled) {
  double greatest = 0;
  print_out(fmt::format("SIMULATED and MODELLED {}, nothing measured there\n\n", study.facts().name));
  print_out("             cells   ranks   depth        MCOPs simulated   efficiency   model differs by\n");
  for (std::size_t i = 0; i < simulated.size(); ++i) {
    const Point& point = study.points()[i];
    const Row& row = simulated[i];
    const double difference = known(modelled[i].real_time_ns) / known(row.real_time_ns) - 1;
    greatest = std::max(greatest, std::abs(difference));
    print_out(fmt::format("{} {:>22.0f} {:>11.1f}% {:>17.1f}%\n", short_name(point, study.depth(point)),
                          known(row.mcops.value), 100 * known(row.efficiency.value), 100 * difference));
  }
  return greatest;
}

}  // namespace

Status write_modelled(const StudyOptions& options, const std::vector<std::string>& argv) {
  const Study study(options);
  check_free(options.output, options.force);
  NewFile output(options.output, options.force);
  output.write(text_of_report(report_of("model", study.axes(), {describe(argv)}, modelled_rows(study))));
  if (say_if_interrupted("trafficbench-model")) return Status::interrupted;
  output.publish();
  print_out(fmt::format("MODELLED rows, nothing measured: {}\n", options.output));
  return Status::done;
}

Status begin(const StudyOptions& options, const std::vector<std::string>& argv) {
  const Study study(options);
  check_free(options.output, options.force);
  Journal journal(journal_of(study, options.resume, options.force), study.axes());
  if (journal.runs().empty()) {
    Json run = describe(argv);
#ifdef TRAFFICBENCH_SIMGRID_VERSION
    run["mpi"] = {{"library", "SimGrid SMPI"},
                  {"version", TRAFFICBENCH_SIMGRID_VERSION},
                  {"standard", "3.1"},
                  {"thread_level", "single"}};
#endif
    journal.add_run(std::move(run));
  }
  for (const std::int64_t ranks : study.ranks()) {
    const bool missing = std::ranges::any_of(study.points(), [&](const Point& point) {
      return point.ranks == ranks && journal.row(row_name("simulate", point)) == nullptr;
    });
    if (missing) print_out(fmt::format("{}\n", ranks));
  }
  return Status::done;
}

Status finish(const StudyOptions& options, double tolerance) {
  const Study study(options);
  Journal journal(journal_of(study, true), study.axes());
  std::vector<Row> simulated;
  for (const Point& point : study.points()) {
    const std::string name = row_name("simulate", point);
    const Row* row = journal.row(name);
    if (row == nullptr) throw BadInput(fmt::format("{} was not simulated: go on with --resume", name));
    simulated.push_back(*row);
  }
  add_ratios(simulated, {});
  std::vector<Row> rows = simulated;
  const std::vector<Row> modelled = modelled_rows(study);
  rows.insert(rows.end(), modelled.begin(), modelled.end());
  journal.finish(report_of("simulate", study.axes(), journal.runs(), rows));
  give_name(work_name(options.output), options.output, options.force);
  const double greatest = compare(study, simulated, modelled);
  print_out(fmt::format("\nModel and simulation differ by {:.1f}% at most ({:.0f}% allowed).\nReport: {}\n",
                        100 * greatest, 100 * tolerance, options.output));
  return greatest <= tolerance ? Status::done : Status::check_failed;
}

}  // namespace trafficbench::projection
