// trafficbench run
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <memory>
#include <new>

#include "drivers/commands.hpp"
#include "drivers/journal.hpp"
#include "drivers/machine.hpp"
#include "drivers/measure.hpp"
#include "drivers/numbers.hpp"
#include "drivers/point.hpp"
#include "drivers/provenance.hpp"
#include "drivers/report.hpp"
#include "drivers/road_file.hpp"
#include "drivers/verification.hpp"
#include "kernels/clock.hpp"
#include "kernels/isa.hpp"
#include "kernels/packed_road.hpp"

namespace trafficbench {

namespace {

constexpr std::int64_t kCourseCells = 10240000;

/// --threads, else OMP_NUM_THREADS, else the cores that this rank may use.
int threads_of(Communicator& world, const std::string& text) {
  constexpr int kMostThreads = 1 << 14;
  std::string wanted = text;
  if (wanted == "auto") {
    const char* variable = std::getenv("OMP_NUM_THREADS");
    if (variable == nullptr || *variable == '\0') return cores_per_rank(world);
    // A list is for nested regions, of which there are none here.
    wanted = std::string(variable);
    wanted = wanted.substr(0, wanted.find(','));
  }
  const char* what = text == "auto" ? "OMP_NUM_THREADS" : "threads";
  return static_cast<int>(parse_count(wanted, what, 1, kMostThreads));
}

/// What `run` is asked for, read and checked.
struct Plan {
  Point point;
  std::int64_t print_every = 0;
};

Plan read_plan(Communicator& world, const RunOptions& options, KernelTable table) {
  Plan plan;
  Point& point = plan.point;
  point.variant = &kernel_named(table, options.kernel);
  point.start = options.start.read();
  point.steps = parse_count(options.steps, "steps", 1, kMostSteps);
  point.ranks = world.size();
  point.threads = threads_of(world, options.threads);
  if (options.count != "every" && options.count != "sampled") {
    throw BadInput(fmt::format("count is '{}': it is every or sampled", options.count));
  }
  point.counting = options.count == "every" ? Counting::every : Counting::last;
  plan.print_every = parse_or_auto(options.print_every, "print-every", kMostSteps);
  if (plan.print_every == 0) plan.print_every = std::max<std::int64_t>(1, point.steps / 10);
  point.isa = options.isa;
  use_isa(options.isa);
  point.tile_words = parse_or_auto(options.tile, "tile", std::int64_t{1} << 30);
  if (!options.cells.empty()) {
    point.cells = parse_cells(options.cells);
  } else if (point.start.is_file()) {
    point.cells = RoadFile(point.start.path()).cells();
  } else {
    point.cells = kCourseCells;
  }
  point.depth = parse_or_auto(options.depth, "depth", point.cells);
  return plan;
}

/// Where a file of the command goes must be known to be free before the work starts.
void check_files(Communicator& world, const RunOptions& options) {
  std::string problem;
  if (world.rank() == 0) {
    try {
      if (!options.save.empty()) check_writable(options.save, options.force);
      if (!options.output.empty()) check_writable(options.output, options.force);
    } catch (const BadInput& bad) {
      problem = bad.what();
    }
  }
  world.agree(problem);
}

/// The course's C programs divide floats, its numpy programs doubles.
double velocity(const StartOptions& start, std::int64_t moves, std::int64_t cars) {
  if (cars == 0) return 0;
  if (start.init == "uni") return static_cast<float>(moves) / static_cast<float>(cars);
  return static_cast<double>(moves) / static_cast<double>(cars);
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Status run(Communicator& world, const RunOptions& options, KernelTable table,
           const std::vector<std::string>& argv) {
  const Plan plan = read_plan(world, options, table);
  const Point& point = plan.point;
  const bool speaks = world.rank() == 0;
  const bool prints = speaks && !options.json;
  check_files(world, options);
  if (const std::string reason = why_no_memory(world, point); !reason.empty()) throw BadInput(reason);
  const std::string shared = bind_workers(world, point.threads, true);

  if (prints) {
    fmt::print(
        "Length of road is {}\nNumber of iterations is {} \nTarget density of cars is {:f} \n"
        "Initialising road ...\n",
        point.cells, point.steps, point.start.density);
    std::fflush(stdout);
  }
  std::unique_ptr<CellSource> start;
  std::string problem;
  try {
    start = make_start(point.start, point.cells);
  } catch (const BadInput& bad) {
    problem = bad.what();
  }
  world.agree(problem);
  SimulationSetup setup = setup_of(point);
  setup.jump = std::min(point.steps, plan.print_every);
  std::unique_ptr<Simulation> simulation;
  std::unique_ptr<HeldStart> held;
  try {
    simulation = std::make_unique<Simulation>(world, setup);
    if (is_stream(point.start)) held = std::make_unique<HeldStart>(*start, simulation->block(), 1);
  } catch (const std::bad_alloc&) {
    problem = fmt::format("a road of {} cells does not fit into the memory of this machine", point.cells);
  }
  world.agree(problem);
  const CellSource& source = held ? static_cast<const CellSource&>(*held) : *start;
  simulation->load(source);
  std::int64_t first_iteration = 0;
  if (const auto* file = dynamic_cast<const RoadFile*>(start.get())) {
    first_iteration = file->header().iteration;
    if (simulation->hash() != file->header().hash) {
      throw BadInput(fmt::format("{} is damaged: its cells do not agree with its hash", point.start.path()));
    }
  }
  const std::int64_t cars = simulation->cars();
  if (prints) {
    fmt::print("...done\nActual density of cars is {:f}\n\n",
               velocity(point.start, cars, point.cells));
    std::fflush(stdout);
  }

  // Only now is it sure that the run takes place: bad input is refused in one line.
  if (speaks && !shared.empty()) {
    fmt::print(stderr, "trafficbench: note: {}: its rate says little\n", shared);
  }
  Measurement measurement;
  MovesMade moves;
  world.barrier();
  const std::clock_t cpu_start = std::clock();
  const auto began = std::chrono::steady_clock::now();
  for (std::int64_t done = 0; done < point.steps;) {
    const std::int64_t step = std::min(plan.print_every, point.steps - done);
    const MovesMade made = simulation->advance(step);
    done += step;
    moves = {moves.counted + made.counted, made.last};
    if (prints && done % plan.print_every == 0) {
      fmt::print("At iteration {} average velocity is {:f} \n", done,
                 velocity(point.start, made.last, cars));
    }
  }
  const double own_seconds = seconds_since(began);
  const double seconds = world.max_of(own_seconds);
  const auto cpu = static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
  if (prints) {
    fmt::print("\nFinished\n\nTime taken was  {:f} seconds\n", seconds);
    if (point.variant->kernel_class == KernelClass::update) {
      fmt::print("Update rate was {:f} MCOPs\n\n",
                 1e-6 * static_cast<double>(point.cells) * static_cast<double>(point.steps) / seconds);
    } else {
      fmt::print("No update rate: {} jumps to the result by the closed form\n\n", point.variant->name);
    }
    std::fflush(stdout);
  }

  Status status = Status::done;
  if (options.json || !options.output.empty()) {
    const Expected expected = expect(world, source, point.steps, point.threads);
    measurement.problem = verify(*simulation, moves, point.counting, expected);
    // A sampled run has counted several iterations; the last is what can be held against the closed form.
    measurement.steps = point.steps;
    measurement.depth = std::max<std::int64_t>(1, simulation->depth());
    measurement.samples = {seconds};
    measurement.cpu_seconds = {static_cast<double>(world.sum_of(static_cast<std::int64_t>(cpu * 1e6))) / 1e6};
    measurement.placement = observe_workers(world, point.threads);
    measurement.stopped = "fixed";
    measurement.cars = cars;
    measurement.hash = simulation->hash();
    measurement.isa = point.variant->uses_simd ? selected_isa() : std::string(kGenericIsa);
    measurement.clock_hz = measure_clock_hz();
    const Json description = describe_run(world, argv);
    if (speaks) {
      const Json axes = {{"kernel", options.kernel}, {"cells", std::to_string(point.cells)},
                         {"steps", options.steps},   {"threads", options.threads},
                         {"depth", options.depth},   {"count", options.count},
                         {"isa", options.isa},       {"density", options.start.density},
                         {"init", options.start.init}, {"seed", options.start.seed}};
      const Json report =
          make_report("run", axes, {description}, {measured_row("run", point, measurement, 0, nullptr)});
      if (options.json) std::cout << report.dump(1) << '\n' << std::flush;
      if (!options.output.empty()) {
        try {
          write_report(options.output, report);
        } catch (const BadInput& bad) {
          problem = bad.what();
        }
      }
      if (!measurement.problem.empty()) {
        fmt::print(stderr, "trafficbench: NOT VERIFIED: {}\n", measurement.problem);
      }
    }
    world.agree(problem);
    if (!measurement.problem.empty()) status = Status::check_failed;
  }
  if (!options.save.empty()) {
    save_road(world, *simulation, first_iteration + point.steps, options.save);
  }
  return status;
}

}  // namespace trafficbench
