// trafficbench run
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <memory>
#include <new>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "drivers/base/new_file.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/base/utf8.hpp"
#include "drivers/base/wall_clock.hpp"
#include "drivers/command/commands.hpp"
#include "drivers/command/file_progress.hpp"
#include "drivers/command/notes.hpp"
#include "drivers/io/file_system.hpp"
#include "drivers/io/road_file.hpp"
#include "drivers/machine/placement.hpp"
#include "drivers/machine/topology.hpp"
#include "drivers/measure/measured_row.hpp"
#include "drivers/measure/measurement.hpp"
#include "drivers/measure/network.hpp"
#include "drivers/plan/feasibility.hpp"
#include "drivers/ranks/rank_groups.hpp"
#include "drivers/report/point.hpp"
#include "drivers/report/provenance.hpp"
#include "drivers/report/report.hpp"
#include "drivers/report/report_file.hpp"
#include "drivers/road/pieces.hpp"
#include "drivers/road/space_time.hpp"
#include "drivers/road/verification.hpp"
#include "kernels/clock.hpp"
#include "kernels/isa.hpp"
#include "kernels/packed_road.hpp"
#include "kernels/registry.hpp"

namespace trafficbench {

namespace {

constexpr std::int64_t kCourseCells = 10240000;

/// --threads, else OMP_NUM_THREADS, else the cores that every rank may use: where ranks have different numbers, the
/// lowest. Throws BadInput where that is one thread and the kernel was named by its OpenMP form. Collective.
int threads_of(Communicator& world, const ThreadCount& asked, const PlacementPolicy& placement,
               const KernelChoice& kernel) {
  std::int64_t threads = asked.or_else(0);
  std::string why = "--threads is 1";
  if (!asked.number) {
    std::int64_t own = 0;
    together(world, [&] { own = omp_num_threads(); });
    why = world.all(own == 1) ? "OMP_NUM_THREADS is 1" : "--threads auto comes to 1 here";
    const std::int64_t cores = threads_per_rank(world, placement);
    threads = std::llround(world.min_of(static_cast<double>(own > 0 ? own : cores)));
  }
  if (threads < kernel.min_threads()) refuse_one_thread(kernel, why);
  return static_cast<int>(threads);
}

/// What `run` was asked for, checked.
struct CheckedRun {
  Point point;
  const IoMethod* io = nullptr;  ///< of road files
  std::int64_t print_every = 0;  ///< iterations between two lines
};

/// --io, or what is taken where it is not given. Throws BadInput.
const IoMethod* io_of(const RunOptions& options, const StartOptions& start) {
  if (!options.io) return RoadFileMethod("posix").method;
  if (options.save.empty() && !start.is_file()) {
    throw BadInput("--io is for road files: name one with --save, or begin from one with --init file:PATH");
  }
  const IoMethod* const method = options.io->method;
  if (const std::string why_not = method->why_not(); !why_not.empty()) {
    throw BadInput(fmt::format("io is {}, which is not available: {}", method->name, why_not));
  }
  return method;
}

CheckedRun check_run(Communicator& world, const RunOptions& options, KernelTable table) {
  CheckedRun asked;
  Point& point = asked.point;
  use_isa(options.isa);
  const KernelChoice kernel = options.kernel.choose(table, ternary_everywhere(world));
  point.variant = kernel.variant;
  point.start = options.start.start();
  asked.io = io_of(options, point.start);
  point.steps = options.steps.number;
  point.ranks = world.size();
  point.threads = threads_of(world, options.threads, *options.placement.method, kernel);
  point.counting = options.count.value;
  point.exchange = options.exchange.method;
  check_exchanges(world, {&point.exchange, 1});
  if (world.size() > 1) point.overlap = options.overlap.value;  // one rank has nothing to wait for
  point.reduce = options.reduce.method;
  point.placement = options.placement.method;
  point.ranks_per_node = static_cast<int>(options.ranks_per_node.or_else(0));
  asked.print_every = options.print_every.or_else(std::max<std::int64_t>(1, point.steps / 10));
  point.isa = options.isa;
  use_waves(world, options.wave, options.retune);
  point.knobs = values_of(options.knobs);
  if (options.cells) {
    point.road_cells = options.cells->number;
  } else if (point.start.is_file()) {
    together(world, [&] { point.road_cells = RoadFile(point.start.path()).cells(); });
  } else {
    point.road_cells = kCourseCells;
  }
  if (options.depth.number) check_count(*options.depth.number, "depth", 1, point.road_cells);
  point.depth = options.depth.or_else(0);
  return asked;
}

/// What one exchange costs, where the depth follows from that; else 0. Collective.
double measure_exchange(Communicator& world, const Point& point) {
  if (point.ranks == 1 || point.depth != 0 || point.variant->kernel_class != KernelClass::update) return 0;
  constexpr double kSeconds = 0.02;
  Network network;
  add_network(
      world,
      {.methods = {&point.exchange, 1}, .message_bytes = {8}, .sum_bytes = {8}, .thorough = false, .seconds = kSeconds},
      network);
  return cost_of_exchange(network, point, world.nodes());
}

/// The files that the command writes, on rank 0; nothing for one that was not asked for.
struct OutputFiles {
  std::unique_ptr<NewFile> road;
  std::unique_ptr<NewFile> report;
  std::unique_ptr<NewFile> picture;
};

/// Before the work starts: where each goes must be free, and is taken from here on.
OutputFiles begin_files(Communicator& world, const RunOptions& options, const CheckedRun& asked) {
  OutputFiles files;
  together(world, [&] {
    if (world.rank() != 0) return;
    check_apart({{"--save", options.save}, {"--output", options.output}, {"--space-time", options.space_time}});
    const auto begin = [&](const std::string& path) {
      if (path.empty()) return std::unique_ptr<NewFile>();
      check_free(path, options.force);
      return std::make_unique<NewFile>(path, options.force);
    };
    files = {.road = begin(options.save), .report = begin(options.output), .picture = begin(options.space_time)};
    if (!files.road) return;
    const std::filesystem::path path = absolute_path(files.road->temporary());
    asked.io->check_path(path.string());
    check_free_bytes(file_system_of(path.parent_path().string()), road_file_bytes(asked.point.road_cells),
                     "save the road elsewhere");
  });
  return files;
}

/// The picture that is asked for, or none.
std::unique_ptr<SpaceTime> plan_picture(const RunOptions& options, const Point& point) {
  if (options.space_time.empty()) {
    if (options.window != "auto") throw BadInput("--window is for a picture: name its file with --space-time");
    return nullptr;
  }
  if (point.variant->kernel_class != KernelClass::update) {
    throw BadInput(fmt::format("--space-time shows every iteration, and {} jumps over them: name an update kernel",
                               point.variant->name));
  }
  if (options.json || !options.output.empty()) {
    throw BadInput("a report with --space-time would hold the time of drawing: ask for the one or the other");
  }
  return std::make_unique<SpaceTime>(options.space_time, parse_window(options.window, point.road_cells),
                                     point.steps + 1);
}

/// The course's C programs divide floats, its numpy programs doubles.
double velocity(const StartOptions& start, std::int64_t moves, std::int64_t cars) {
  if (cars == 0) return 0;
  if (start.init == "uni") return static_cast<float>(moves) / static_cast<float>(cars);
  return static_cast<double>(moves) / static_cast<double>(cars);
}

/// What the course's lines leave out: "tiled (avx512) on 1 rank x 2 threads, 1e5 cells, moves counted in every
/// iteration (every): 65.7 MCOPs".
std::string run_in_words(const Point& point, double seconds) {
  const double updates = static_cast<double>(point.road_cells) * static_cast<double>(point.steps);
  const std::string result = point.variant->kernel_class == KernelClass::update
                                 ? format_rate(1e-6 * updates / seconds) + " MCOPs"
                                 : fmt::format("{} iterations in {:.3g} s", format_count(point.steps), seconds);
  // A run counts where it prints; what is timed alone counts the last iteration.
  const std::string_view counted_where =
      point.counting == CountingMode::every ? in_words(point.counting) : "moves counted in printed iterations";
  return fmt::format("{} ({}) on {} x {}, {} cells, {} ({}): {}\n", point.variant->name, isa_of(*point.variant),
                     counted(static_cast<std::size_t>(point.ranks), "rank"),
                     counted(static_cast<std::size_t>(point.threads), "thread"), format_count(point.road_cells),
                     counted_where, name_of(point.counting), result);
}

/// The course's lines, or none of them.
class CourseLines {
 public:
  CourseLines(const CheckedRun& asked, bool shown) : asked_(asked), shown_(shown) {}

  void initialising() const {
    show("Length of road is {}\nNumber of iterations is {} \n", asked_.point.road_cells, asked_.point.steps);
    if (asked_.point.start.is_random()) show("Target density of cars is {:f} \n", asked_.point.start.density);
    show("Initialising road ...\n");
  }
  void initialised(std::int64_t cars) const {
    show("...done\nActual density of cars is {:f}\n\n", velocity(asked_.point.start, cars, asked_.point.road_cells));
  }
  void iteration(std::int64_t done, std::int64_t moves, std::int64_t cars) const {
    show("At iteration {} average velocity is {:f} \n", done, velocity(asked_.point.start, moves, cars));
  }
  void finished(double seconds) const {
    const Point& point = asked_.point;
    show("\nFinished\n\nTime taken was  {:f} seconds\n", seconds);
    if (point.variant->kernel_class == KernelClass::update) {
      show("Update rate was {:f} MCOPs\n\n",
           1e-6 * static_cast<double>(point.road_cells) * static_cast<double>(point.steps) / seconds);
    } else {
      show("No update rate: {} jumps to the result by the closed form\n\n", point.variant->name);
    }
  }

 private:
  template <typename... Arguments>
  void show(fmt::format_string<Arguments...> format, Arguments&&... arguments) const {
    if (!shown_) return;
    print_out(fmt::format(format, std::forward<Arguments>(arguments)...));
  }

  const CheckedRun& asked_;
  bool shown_;
};

/// Throws WorkFailed if a start state could not be read to its end, on every rank. Collective.
void check_read(Communicator& world, const CellSource& start) { world.agree({}, start.fault()); }

/// A road on all ranks, and what it started from.
struct Road {
  std::shared_ptr<const CellSource> start;
  std::unique_ptr<HeldStart> held;  ///< this rank's block of `start`: of a stream, or of a file while it is loaded
  std::unique_ptr<Simulation> simulation;
  std::int64_t cars = 0;
  std::int64_t first_iteration = 0;  ///< of a road that was saved

  const CellSource& source() const { return held ? static_cast<const CellSource&>(*held) : *start; }
};

/// Whether this rank's block of the start state is read from a file before it is loaded: by most ways ranks read
/// together, or rank 0 for all, while a kernel asks for cells in an order of its own.
bool is_held_to_load(const CheckedRun& asked) { return asked.point.start.is_file() && !asked.io->reads_alone; }

/// Bytes that this takes.
std::int64_t bytes_held_to_load(Communicator& world, const CheckedRun& asked) {
  return is_held_to_load(asked) ? 8 * words_for(block_of(asked.point.road_cells, world.size(), 0).cells) : 0;
}

/// Opens the start state, makes the road, and puts the one into the other. Nothing if a signal came meanwhile.
std::optional<Road> make_road(Communicator& world, const CheckedRun& asked, const CourseLines& lines) {
  const Point& point = asked.point;
  Road road;
  SimulationSetup setup = setup_of(point);
  setup.jump = std::min(point.steps, asked.print_every);
  together(world, [&] {
    if (is_held_to_load(asked)) asked.io->check_path(absolute_path(point.start.path()));
    road.start = make_start(point.start, point.road_cells);
  });
  lines.initialising();
  PackedRoad read(0);
  together(world, [&] {
    try {
      road.simulation = std::make_unique<Simulation>(world, setup);
      if (is_stream(point.start)) road.held = std::make_unique<HeldStart>(road.start, road.simulation->block(), 1);
      if (is_held_to_load(asked)) read = PackedRoad(road.simulation->block().cells);
    } catch (const std::bad_alloc&) {
      throw BadInput(fmt::format("a road of {} cells does not fit into the memory of this machine", point.road_cells));
    }
  });
  const auto* const file = dynamic_cast<const RoadFile*>(road.start.get());
  FileProgress progress(world, "reading", point.start.is_file() ? point.start.path() : std::string());
  if (is_held_to_load(asked)) {
    if (!read_own_block(world, *asked.io, *file, read.words(), rounds_of(world, progress))) return {};
    road.held = std::make_unique<HeldStart>(road.start, road.simulation->block(), std::move(read));
  }
  if (file != nullptr && !road.held) {
    road.simulation->load(ToldFile(*file, road.simulation->block().cells, progress));
  } else {
    road.simulation->load(road.source());
  }
  check_read(world, road.source());
  if (file != nullptr) {
    road.held.reset();
    road.first_iteration = file->header().iteration;
    if (point.steps > kMaxIterations - road.first_iteration) {
      throw BadInput(fmt::format("{} has made {} iterations, and {} more are beyond the 2^60 that a road file counts",
                                 point.start.path(), road.first_iteration, point.steps));
    }
    if (road.simulation->hash() != file->header().hash) {
      throw BadInput(fmt::format("{} is damaged: its cells do not agree with its hash", point.start.path()));
    }
  }
  road.cars = road.simulation->cars();
  return road;
}

/// All iterations, made and timed.
struct TimedIterations {
  std::int64_t made = 0;  ///< fewer than asked for: a signal came
  MovesMade moves;
  double seconds = 0;                ///< of the slowest rank
  double cpu_seconds = 0;            ///< of all ranks together
  std::vector<double> rank_seconds;  ///< on rank 0
};

TimedIterations time_iterations(Communicator& world, const CheckedRun& asked, Road& road, const CourseLines& lines,
                                SpaceTime* picture) {
  TimedIterations run;
  if (picture != nullptr) picture->add(world, *road.simulation);
  double own_seconds = 0;
  std::clock_t own_cpu = 0;
  // Signals are looked at once a second.
  Pieces pieces(*asked.point.variant, asked.point.road_cells, asked.point.workers(), 1.0);
  world.barrier();
  while (run.made < asked.point.steps && !asked_to_stop(world)) {
    const std::int64_t to_line = asked.print_every - run.made % asked.print_every;
    const std::int64_t longest = picture != nullptr ? 1 : std::min(to_line, pieces.iterations());
    const std::int64_t step = std::min(longest, asked.point.steps - run.made);
    // What is printed and drawn in between, and the look at signals, is not timed.
    const std::clock_t cpu_start = std::clock();
    const double began = wall_seconds();
    const MovesMade made = road.simulation->advance(step);
    const double seconds = wall_seconds() - began;
    own_seconds += seconds;
    own_cpu += std::clock() - cpu_start;
    run.made += step;
    pieces.learn(step, world.max_of(seconds));
    if (picture != nullptr) picture->add(world, *road.simulation);
    run.moves = {run.moves.counted + made.counted, made.last};
    if (run.made % asked.print_every == 0) lines.iteration(run.made, made.last, road.cars);
  }
  run.seconds = world.max_of(own_seconds);
  run.rank_seconds = gather_numbers(world, {own_seconds});
  const std::clock_t cpu = world.sum_of(own_cpu);
  run.cpu_seconds = static_cast<double>(cpu) / CLOCKS_PER_SEC;
  return run;
}

Measurement describe(Communicator& world, const CheckedRun& asked, const Road& road, const TimedIterations& run) {
  const Point& point = asked.point;
  Measurement measurement;
  // Where only printed iterations are counted, the last of all is what can be held against the closed form.
  const Expected expected = expect(world, road.source(), point.steps, point.threads);
  check_read(world, road.source());
  measurement.problem = verify(*road.simulation, run.moves, point.counting, expected);
  measurement.length = {.steps = point.steps, .restarts = 1};
  measurement.depth = std::max<std::int64_t>(1, road.simulation->depth());
  measurement.samples = {run.seconds};
  measurement.cpu_seconds = {run.cpu_seconds};
  if (world.rank() == 0) measurement.rank_seconds = {summary_of(run.rank_seconds)};
  measurement.placement = observe_workers(world, point.threads);
  measurement.cars = road.cars;
  measurement.hash = road.simulation->hash();
  measurement.isa = isa_of(*point.variant);
  measurement.configuration = road.simulation->configuration();
  measurement.clock_hz = {measure_clock_hz()};
  return measurement;
}

/// Verifies the run and writes its report; on rank 0 prints it, too, if that is asked for.
Status report_run(Communicator& world, const RunOptions& options, const CheckedRun& asked,
                  const Measurement& measurement, const std::vector<std::string>& argv, NewFile* file) {
  const Json description = describe_run(world, argv);
  Json axes = {{"kernel", options.kernel.text},
               {"cells", std::to_string(asked.point.road_cells)},
               {"steps", options.steps.text},
               {"threads", options.threads.text},
               {"depth", options.depth.text},
               {"count", options.count.text},
               {"isa", options.isa},
               {"exchange", options.exchange.text},
               {"overlap", options.overlap.text},
               {"reduce", options.reduce.text},
               {"placement", options.placement.text},
               {"ranks_per_node", options.ranks_per_node.text},
               {"wave", valid_utf8(options.wave)}};
  for (const auto& [knob, option] : options.knobs) axes[knob] = option.text;
  axes.update(Json{{"print_every", options.print_every.text},
                   {"density", options.start.density.text},
                   {"init", valid_utf8(options.start.init)},
                   {"seed", options.start.seed.text}});
  together(world, [&] {
    if (world.rank() != 0) return;
    const Json report =
        make_report("run", axes, {description}, {measured_row("run", asked.point, measurement, {}, StopReason::fixed)});
    if (options.json) print_out(report.dump(1) + "\n");
    if (file != nullptr) {
      file->write(text_of_report(report));
      file->publish();
    }
    if (!measurement.problem.empty()) say(fmt::format("trafficbench: NOT VERIFIED: {}\n", measurement.problem));
  });
  return measurement.problem.empty() ? Status::done : Status::check_failed;
}

/// On the ranks that take part, which are the world of this.
Status run_on(Communicator& world, const RunOptions& options, KernelTable table, const std::vector<std::string>& argv) {
  CheckedRun asked = check_run(world, options, table);
  const bool speaks = world.rank() == 0;
  const std::unique_ptr<SpaceTime> picture = plan_picture(options, asked.point);
  const OutputFiles files = begin_files(world, options, asked);
  const Placing placing = bind_workers(world, asked.point.threads, true, *asked.point.placement);
  if (!placing.refusal.empty()) throw BadInput(placing.refusal);
  asked.point.exchange_seconds = measure_exchange(world, asked.point);
  if (const std::string reason = why_no_overlap(asked.point); !reason.empty()) throw BadInput(reason);
  if (const std::string reason = why_no_memory(world, asked.point, bytes_held_to_load(world, asked)); !reason.empty()) {
    throw BadInput(reason);
  }
  if (const std::string reason = why_no_threads(world, asked.point.threads); !reason.empty()) throw BadInput(reason);

  const CourseLines lines(asked, speaks && !options.json);
  std::optional<Road> made_road = make_road(world, asked, lines);
  if (!made_road) {
    if (speaks) say(fmt::format("trafficbench: interrupted while reading {}\n", asked.point.start.path()));
    return Status::interrupted;
  }
  Road& road = *made_road;
  // After the last thing that may be refused, so that bad input is one line.
  say_notes(world);
  if (speaks && !placing.shortage.empty()) {
    say(fmt::format("trafficbench: note: {}: its rate says little\n", placing.shortage));
  }
  if (speaks && picture) {
    say("trafficbench: note: each iteration is made by itself and drawn: the rate says little\n");
  }
  lines.initialised(road.cars);
  const TimedIterations made = time_iterations(world, asked, road, lines, picture.get());
  if (made.made < asked.point.steps) {
    if (speaks) say(fmt::format("trafficbench: interrupted after {} of {} iterations\n", made.made, asked.point.steps));
    return Status::interrupted;
  }
  lines.finished(made.seconds);
  // Standard output is the course's.
  if (speaks && !options.json) say(run_in_words(asked.point, made.seconds));

  Status status = Status::done;
  if (options.json || !options.output.empty()) {
    status = report_run(world, options, asked, describe(world, asked, road, made), argv, files.report.get());
  }
  if (!options.save.empty()) {
    const RoadFileHeader header{road.simulation->cells(), road.first_iteration + asked.point.steps,
                                road.simulation->hash()};
    bool is_saved = false;
    {
      FileProgress progress(world, "saving", options.save);
      is_saved = save_road(
          world, *asked.io, header, *road.simulation, [&](int rank) { return road.simulation->own_blocks(rank); },
          files.road.get(), rounds_of(world, progress));
    }
    if (!is_saved) {
      if (speaks) say(fmt::format("trafficbench: interrupted while saving {}: it was not written\n", options.save));
      return Status::interrupted;
    }
  }
  if (picture) {
    together(world, [&] {
      if (speaks) picture->save(*files.picture);
    });
  }
  return status;
}

/// All ranks that --ranks-per-node leaves in use.
RankSelection selection_of(Communicator& world, const RunOptions& options) {
  const auto per_node = static_cast<int>(options.ranks_per_node.or_else(0));
  if (per_node == 0) return {world.size(), 0};
  return {static_cast<int>(std::min<std::int64_t>(std::int64_t{per_node} * world.nodes(), INT32_MAX)), per_node};
}

}  // namespace

Status run(Communicator& world, const RunOptions& options, KernelTable table, const std::vector<std::string>& argv) {
  const RankSelection selection = selection_of(world, options);
  const RankGroups groups(world, {selection});
  if (const std::string& reason = groups.why_not(selection); !reason.empty()) throw BadInput(reason);
  Communicator* const taking_part = groups.of(selection);
  if (taking_part == &world) return run_on(world, options, table, argv);
  // Ranks that take no part wait, asleep, and hear how it ended.
  Status status = Status::done;
  std::string bad_input;
  std::string failure;
  try {
    if (taking_part != nullptr) status = run_on(*taking_part, options, table, argv);
  } catch (const BadInput& bad) {
    bad_input = bad.what();
  } catch (const WorkFailed& failed) {
    failure = failed.what();
  }
  world.sleeping_barrier();
  world.agree(bad_input, failure);
  return static_cast<Status>(std::llround(world.max_of(static_cast<double>(status))));
}

}  // namespace trafficbench
