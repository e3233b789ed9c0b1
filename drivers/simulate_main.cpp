// trafficbench-simulate: the program's own simulation, decomposition and halo exchange on a machine that SimGrid
// simulates. Started by smpirun, on as many ranks as the points that it is to do ask for; see scripts/simulate.sh.
#include <fmt/format.h>
#include <smpi/smpi.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>

#include "drivers/base/interrupt.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/command/study_command_line.hpp"
#include "drivers/projection/modelled_segment.hpp"
#include "drivers/projection/study.hpp"
#include "drivers/ranks/communicator.hpp"
#include "drivers/report/journal.hpp"
#include "drivers/road/simulation.hpp"

namespace {

using namespace trafficbench;
using namespace trafficbench::projection;

constexpr double kSimulatedFlops = 1e9;  // of a core in the platform file

StudyOptions read_options(int argc, char** argv) {
  StudyOptions options;
  CLI::App app("Simulates the points of a scaling study that have as many ranks as it was started with.");
  add_study_options(app, options);
  app.add_option("--output", options.output, "Report whose journal the rows go to")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    throw BadInput(fmt::format("{}; scripts/simulate.sh starts this program", error.what()));
  }
  return options;
}

/// Read once: all ranks are in one process, and thousands of them would read the same.
const Study& study_of(const StudyOptions& options) {
  static const Study study(options);
  return study;
}

/// Simulated seconds of the point, on the slowest rank.
double simulate(Communicator& world, const Study& study, const Point& point, const Variant& variant) {
  SimulationSetup setup = setup_of(point);
  setup.variant = &variant;
  Simulation simulation(world, setup);
  // The first period fills the pipeline: ranks are as far apart then as the barrier leaves them.
  simulation.advance(study.depth(point));
  world.barrier();
  const double start = MPI_Wtime();
  simulation.advance(study.steps(point));
  return world.max_of(MPI_Wtime() - start);
}

void simulate_all(Communicator& world, const StudyOptions& options) {
  const Study& study = study_of(options);
  const Point* current = nullptr;
  std::unique_ptr<Journal> journal;
  if (world.rank() == 0) {
    journal = std::make_unique<Journal>(journal_of(study, true), study.axes());
  }
  for (const Point& point : study.points()) {
    if (point.ranks != world.size()) continue;
    const std::string name = row_name("simulate", point);
    if (world.sum_of(journal && journal->row(name) != nullptr ? 1 : 0) > 0) continue;
    const Variant variant = modelled(*point.variant);
    current = &point;
    set_pass_time([&study, current](std::int64_t cells, std::int64_t halo, std::int64_t k) {
      const double seconds = advance_seconds(study.kernel(*current), *current->variant, study.facts(),
                                             study.layout(current->ranks).on_a_node(), cells, halo, k);
      smpi_execute_flops(seconds * kSimulatedFlops);
    });
    const double seconds = simulate(world, study, point, variant);
    if (!journal) continue;
    journal->add_row(study.row("simulate", Origin::simulated, point, seconds, "smpi", world.library().version));
    say(fmt::format("  {} {}{} cells, {} ranks, depth {}: {:.6g} s simulated\n", point.variant->name,
                    format_count(point.cells_asked_for()), point.cells_per_core ? " per core" : "", point.ranks,
                    study.depth(point), seconds));
  }
}

}  // namespace

int main(int argc, char** argv) {
  take_failed_writes();
  std::unique_ptr<Communicator> world;
  try {
    world = start_world(argc, argv);
    simulate_all(*world, read_options(argc, argv));
    return static_cast<int>(Status::done);
  } catch (const BadInput& bad) {
    if (!world || world->rank() == 0) print_error("trafficbench-simulate", bad.what());
    std::_Exit(static_cast<int>(Status::bad_input));
  } catch (const std::exception& error) {
    print_error("trafficbench-simulate", error.what());
    std::_Exit(static_cast<int>(Status::check_failed));
  }
}
