#include "drivers/command/command_line.hpp"

#include <fmt/format.h>

#include <sstream>

#include "drivers/base/utf8.hpp"
#include "drivers/command/knobs.hpp"
#include "drivers/command/typed_options.hpp"
#include "kernels/registry.hpp"

namespace trafficbench {

namespace {

constexpr int kMaxVisits = 1'000'000;
constexpr int kMaxCases = 1'000'000'000;

void add_start_options(CLI::App& app, StartAxes& start) {
  add_value(app, "density", start.density, "Part of the cells that hold a car, 0 to 1; not for file: and pattern:");
  add_text(app, "init", start.init, "START",
           "Start state: philox, uni (the course's C programs), mt19937 (its numpy programs), file:PATH (a road that "
           "was saved), pattern:1100 (these cells, repeated)");
  add_value(app, "seed", start.seed, "Seed of the start state");
}

void add_isa_option(CLI::App& app, std::string& isa) {
  add_text(app, "isa", isa, "NAME",
           "Instruction set of the SIMD kernels, as `trafficbench list` names them; auto: the best");
}

void add_wave_options(CLI::App& app, std::string& wave, bool& retune) {
  add_text(
      app, "wave", wave, "NAME",
      "Inner loops of the bit-sliced kernels, the six numbers of their `configuration`: 512-8-17-0-2-8; auto: by a "
      "race at the first start on this CPU, which is kept in the user's cache folder");
  app.add_flag("--retune", retune, "Let them race again");
}

template <typename Options>
void add_communication_options(CLI::App& app, Options& options) {
  constexpr bool kOne = std::is_same_v<decltype(options.exchange), Exchange>;  // else a list
  add_value(app, "exchange", options.exchange,
            fmt::format("How edges travel between ranks, as `trafficbench list` names it{}", kOne ? "" : "; all"));
  add_value(app, "overlap", options.overlap,
            "Whether the inside of a rank's block is advanced while edges travel: off, on");
  add_value(app, "reduce", options.reduce,
            fmt::format("How moves are summed over ranks, as `trafficbench list` names it{}", kOne ? "" : "; all"));
}

template <typename Options>
void add_placement_options(CLI::App& app, Options& options) {
  constexpr bool kOne = std::is_same_v<decltype(options.placement), Placement>;  // else a list
  constexpr bool kNone = std::is_same_v<decltype(options.placement), std::optional<Placements>>;
  add_value(app, "placement", options.placement,
            fmt::format("Which cores workers get, as `trafficbench list` names it{}{}", kOne ? "" : "; all",
                        kNone ? " [they are not bound]" : ""));
  add_value(app, "ranks-per-node", options.ranks_per_node,
            fmt::format("Ranks on each node that take part, the first ones there; auto{}: the first of the launch",
                        kOne ? "" : ", which may stand in the list"));
}

void add_options(CLI::App& app, RunOptions& options) {
  app.description("Runs one road and prints what the course's programs print.");
  add_value(app, "cells", options.cells, "Length of the road [10240000, or that of --init file:PATH]");
  add_value(app, "steps", options.steps, "Iterations");
  add_start_options(app, options.start);
  add_value(
      app, "kernel", options.kernel,
      "Kernel variant, as `trafficbench list` names them; auto: the fastest. NAME+threads takes two threads or more");
  add_value(app, "threads", options.threads,
            "OpenMP threads per rank; auto: OMP_NUM_THREADS, else the cores that a rank may use");
  add_value(app, "depth", options.depth, "Iterations between exchanges of halos; auto: by a model");
  add_value(
      app, "count", options.count,
      "Counting mode: every (moves of every iteration are counted, as the course does) or sampled (only of those that "
      "are printed)");
  add_value(app, "print-every", options.print_every, "Iterations between two lines; auto: a tenth of the steps");
  add_communication_options(app, options);
  add_placement_options(app, options);
  add_isa_option(app, options.isa);
  add_wave_options(app, options.wave, options.retune);
  add_knobs(app, variants(), options.knobs);
  add_text(app, "save", options.save, "FILE", "Write the final road to this file");
  add_value(
      app, "io", options.io,
      "How the files of --save and --init file:PATH are written and read: those ways of `trafficbench list` that make "
      "one plain file [posix]");
  add_text(app, "space-time", options.space_time, "FILE",
           "Draw the road into this file, .png or .pgm: a row of pixels an iteration, cars black");
  add_text(app, "window", options.window, "FIRST:COUNT", "Cells of that picture; auto: the first 1000");
  add_text(app, "output", options.output, "FILE",
           "Write a report of one row to this JSON file; verifies the final state");
  app.add_flag("--json", options.json, "Print that report instead of the course's lines");
  app.add_flag("--force", options.force, "Replace files that exist");
  app.footer(std::string(kNumbersHelp) +
             "\nExamples:\n"
             "  trafficbench run\n"
             "  trafficbench run --init uni --cells 10240000 --steps 100      the course's C program\n"
             "  trafficbench-mpiexec -n 2 trafficbench run --cells 1e9 --kernel branchless --threads 1\n"
             "  trafficbench run --cells 1e6 --steps 500 --save road.bin && trafficbench run --init file:road.bin\n"
             "  trafficbench run --cells 1e5 --steps 300 --space-time road.png --window 0:400");
}

void add_options(CLI::App& app, SweepOptions& options) {
  app.description(
      "Measures every combination of kernels, cells, ranks x threads and counting modes, verifies each, and writes a "
      "report.");
  add_value(app, "kernels", options.kernels,
            "Kernel variants, as `trafficbench list` names them; all (naive and naive-native on roads of up to 1e6 "
            "cells); auto: "
            "the fastest. NAME+threads is measured with two threads or more only");
  add_value(app, "cells", options.cells, "Lengths of road; with --mode weak, cells of each core");
  add_value(app, "ranks", options.ranks, "Numbers of ranks; auto: 1 and all");
  add_value(app, "threads", options.threads,
            "Numbers of OpenMP threads per rank; auto: 1 and as many as fill the cores");
  add_value(app, "steps", options.steps,
            "Iterations in one repetition; auto: as many as take --min-seconds, and 100 of naive and naive-native");
  add_value(app, "jump", options.jump, "Iterations of the closed-form kernels, where --steps is auto");
  add_value(app, "depth", options.depth,
            "Iterations between exchanges of halos; auto, which may stand in the list: by a model");
  add_value(app, "mode", options.mode, "strong: the same road for every shape; weak: the same cells for each core");
  add_value(app, "count", options.count,
            "Counting modes: every (the moves of each iteration are counted), sampled (of the last one)");
  add_communication_options(app, options);
  add_placement_options(app, options);
  add_isa_option(app, options.isa);
  add_wave_options(app, options.wave, options.retune);
  add_knobs(app, variants(), options.knobs);
  add_value(app, "verify", options.verify,
            "Final states against the closed form: full (hash of the whole road), windows (parts of it; for roads that "
            "are too long to hash), auto");
  add_start_options(app, options.start);
  add_number(app, "min-seconds", options.min_seconds, 1e-9, 3600, "Shortest repetition, in seconds");
  add_count(app, "visits", options.visits, kMaxVisits, "Visits of each point; fewer than 6 give no interval");
  add_value(
      app, "rounds", options.rounds,
      "Repetitions of each point in a visit; auto: 2 to 10, as many as fit into the budget, or else into 3 minutes");
  add_number(app, "spacing", options.spacing, 0, 86400,
             "Seconds from a point's visit to its next, at least: visits that follow at once share what disturbs them");
  add_value(app, "budget", options.budget,
            "Take no longer than this, seconds or [D-]HH:MM:SS: fewer rounds, then fewer points, each of which says so "
            "in its row [none]");
  add_value(app, "time-limit", options.time_limit,
            "Leave within this time, seconds or [D-]HH:MM:SS: points that do not fit are left for --resume [none]");
  app.add_flag("--energy", options.energy,
               "Joules of each point, where nodes have a meter (`trafficbench list` says) and this launch has them to "
               "itself: by one more run of each point after the visits");
  add_number(app, "energy-seconds", options.energy_seconds, 1, 3600, "How long that run lasts, at least, in seconds");
  app.get_option("--energy-seconds")->needs("--energy");
  add_text(app, "output", options.output, "FILE", "Report to write [results/<host>-<YYYYMMDDThhmmssZ>.json]");
  app.add_flag("--resume", options.resume, "Go on with the sweep that was interrupted: same options, same --output");
  app.add_flag("--force", options.force, "Replace a report or journal that exists");
  app.add_flag("--dry-run", options.dry_run, "Only list the points");
  app.add_flag("--oversubscribe", options.oversubscribe, "Allow more ranks x threads than cores");
  app.add_flag("--allow-none", options.allow_none,
               "Write a report of skipped rows where no point can be measured, instead of refusing: for scripts");
  app.footer(std::string(kNumbersHelp) +
             "\nExamples:\n"
             "  trafficbench-mpiexec -n 2 trafficbench sweep\n"
             "  trafficbench-mpiexec -n 4 trafficbench sweep --kernels naive,branchless --cells 1e6,1e8 --ranks 1,2,4 "
             "--threads 1\n"
             "  trafficbench sweep --kernels bitsliced+threads,naive --cells 1e7 --threads 1,2\n"
             "  trafficbench-mpiexec -n 4 trafficbench sweep --mode weak --cells 16Mi --ranks 1:4 --threads 1 --output "
             "weak.json");
}

void add_options(CLI::App& app, MergeOptions& options) {
  app.description(
      "Puts the rows of several reports into one, and works out ratios and fits anew. Needs no MPI launcher.");
  app.add_option("reports", options.reports, "Reports to merge")->required()->type_name("REPORT...");
  add_text(app, "output", options.output, "FILE", "Report to write")->required();
  app.add_flag("--force", options.force, "Replace a file that exists");
  app.footer("Example:\n  trafficbench merge nodes-1.json nodes-2.json nodes-4.json --output study.json");
}

void add_options(CLI::App& app, DeriveOptions& options) {
  app.description(
      "Makes a report of rows that another program measured: works out their rates, intervals, ratios and fits. Fields "
      "that are worked out may be missing from those rows, or are replaced. Needs no MPI launcher.");
  app.add_option("measured", options.measured, "Report whose rows hold what was measured")
      ->required()
      ->type_name("MEASURED");
  add_text(app, "output", options.output, "FILE", "Report to write")->required();
  app.add_flag("--force", options.force, "Replace a file that exists");
  app.footer("Example:\n  trafficbench derive measured.json --output report.json");
}

void add_options(CLI::App& app, CheckOptions& options) {
  app.description(
      "Runs every kernel variant, at every instruction set this CPU has, on random and adversarial roads at many "
      "depths, thread and rank counts, and holds state and moves against the exact closed form; then against what the "
      "course's programs print. One line each.");
  add_value(
      app, "kernels", options.kernels,
      "Kernel variants, as `trafficbench list` names them; all; auto: the fastest. NAME+threads is checked with two "
      "threads or more only");
  add_communication_options(app, options);
  add_placement_options(app, options);
  add_count(app, "cases", options.cases, kMaxCases, "Roads for each variant and instruction set");
  add_value(app, "seed", options.seed, "Seed of the random choices");
  app.add_flag("--quick", options.quick, "Leave out the golden runs of 10,240,000 cells");
  app.footer(std::string(kNumbersHelp) +
             "\nExample:\n  trafficbench-mpiexec -n 3 trafficbench check --kernels branchless --cases 1000");
}

void add_options(CLI::App& app, IoOptions& options) {
  app.description(
      "Writes the road to files in several ways, reads it back by other ranks than wrote it, verifies every block, and "
      "writes a report of rates. Of what is on the disk, not in the page cache, as far as the system can be asked.");
  add_value(app, "methods", options.methods,
            "Ways to write and read, as `trafficbench list` names them; all that this program has");
  add_value(
      app, "layouts", options.layouts,
      "How the road's blocks of 4 KiB are dealt: contiguous (each rank has a part), interleaved (round the ranks)");
  add_value(app, "bytes", options.bytes, "Size of the road in files, of all ranks together");
  add_value(app, "cells", options.cells, "Length of the road in its place: 8 cells a byte");
  add_value(app, "ops", options.ops,
            "Which rows there are: write, read. Both are made, since what was written is verified");
  add_value(app, "sync", options.sync,
            "synced: a write ends when it is on the disk, a read begins with the page cache asked to forget the file; "
            "cached: neither, and rows of their own");
  add_text(app, "directory", options.directory, "FOLDERS",
           "Where to write: a list with commas, such as folders of other stripes. All nodes must see it");
  app.add_option_function<std::vector<std::string>>(
         "--hints", [&options](const std::vector<std::string>& hints) { options.hints = hints; },
         "A hint to MPI-IO, which HDF5 uses too, such as cb_nodes=2; may be given several times. Those in force stand "
         "in the rows")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  app.add_flag("--direct", options.direct,
               "Past the page cache, by O_DIRECT: serial, process, node and posix, which open their files themselves");
  add_value(app, "files", options.files, "What becomes of the files: remove, after each visit; keep those of the last");
  add_count(app, "visits", options.visits, kMaxVisits, "Visits of each way; fewer than 6 give no interval");
  add_number(app, "spacing", options.spacing, 0, 86400, "Seconds from a way's visit to its next, at least");
  add_value(app, "patience", options.patience,
            "Give up if one write or read takes longer, seconds or [D-]HH:MM:SS: a library may hang in a call of which "
            "one rank has failed [a minute, and a second for each 10 MB of the road]");
  add_text(app, "output", options.output, "FILE", "Report to write [results/<host>-<YYYYMMDDThhmmssZ>.json]");
  app.add_flag("--dry-run", options.dry_run, "Print the names of the rows, write nothing; folders are not looked at");
  app.add_flag("--resume", options.resume, "Go on where it was interrupted: same options, same --output");
  app.add_flag("--force", options.force, "Replace a report or journal that exists");
  app.footer(std::string(kNumbersHelp) +
             "\nExamples:\n"
             "  trafficbench-mpiexec -n 2 trafficbench io --bytes 256Mi\n"
             "  trafficbench-mpiexec -n 2 trafficbench io --methods posix,mpiio-collective --layouts interleaved "
             "--directory striped,unstriped --hints cb_nodes=2 --hints romio_cb_write=enable");
}

void add_options(CLI::App& app, ListOptions& options) {
  app.description(
      "Lists the kernel variants, the instruction sets, the ways in which ranks speak to each other, those in which "
      "workers are placed and those in which files are written that are built into this program, and the meters of "
      "energy of this node.");
  app.add_flag("--json", options.json, "As JSON");
  app.footer("Example:\n  trafficbench list");
}

void add_options(CLI::App& app, CeilingCommandOptions& options) {
  app.description(
      "Measures what this machine can do at most: clock, boolean vector operations per cycle, bandwidth of each cache "
      "level and of memory, on one core and on all. A few seconds.");
  app.add_flag("--json", options.json, "Print what a report holds as limits");
  app.footer("Example:\n  trafficbench-mpiexec -n 2 trafficbench ceiling");
}

}  // namespace

CommandLine read_command_line(int argc, const char* const* argv, const std::string& version) {
  CLI::App app(
      "trafficbench: a hybrid MPI + OpenMP + SIMD performance benchmark suite built round the traffic cellular "
      "automaton (rule 184).",
      "trafficbench");
  app.require_subcommand(1);
  app.set_version_flag("--version", version, "Version, commit, compiler, MPI and instruction sets");
  app.footer(std::string(kNumbersHelp) +
             "\nExit status: 0 done; 1 a check failed, or something that was under way; 2 bad input; 3 unclear "
             "(scripts/compare.py alone); 4 interrupted, can be resumed.\n"
             "Example:\n  trafficbench-mpiexec -n 2 trafficbench sweep --kernels all --cells 1e6,1e7");

  CommandLine line;
  RunOptions run_options;
  SweepOptions sweep_options;
  MergeOptions merge_options;
  DeriveOptions derive_options;
  CheckOptions check_options;
  ListOptions list_options;
  CeilingCommandOptions ceiling_options;
  IoOptions io_options;
  const auto add_command = [&](const char* name, auto& options) {
    CLI::App* sub = app.add_subcommand(name);
    add_options(*sub, options);
    sub->callback([&line, &options] { line.command = options; });
  };
  add_command("run", run_options);
  add_command("sweep", sweep_options);
  add_command("merge", merge_options);
  add_command("derive", derive_options);
  add_command("check", check_options);
  add_command("list", list_options);
  add_command("ceiling", ceiling_options);
  add_command("io", io_options);

  refuse_unfinished(argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
      std::ostringstream text;
      app.exit(error, text, text);
      line.text = text.str();
      return line;
    }
    if (app.get_subcommands().empty()) {
      const std::string what = argc > 1 ? fmt::format("'{}' is no command", echoed(argv[1])) : "no command";
      throw BadInput(what + ": it is run, sweep, merge, derive, check, list, ceiling or io; see trafficbench --help");
    }
    std::string where = "trafficbench";
    for (const CLI::App* sub : app.get_subcommands()) where += " " + sub->get_name();
    throw BadInput(fmt::format("{}; see {} --help", error.what(), where));
  }
  for (const CLI::App* sub : app.get_subcommands()) refuse_empty(*sub);
  return line;
}

}  // namespace trafficbench
