#include "drivers/command/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <sstream>

#include "drivers/base/numbers.hpp"

namespace trafficbench {

namespace {

constexpr int kMostRepetitions = 1'000'000;

void add(CLI::App& app, StartTexts& texts) {
  app.add_option("--density", texts.density, "Part of the cells that hold a car, 0 to 1")->capture_default_str();
  app.add_option(
         "--init", texts.init,
         "Start state: philox, uni (the course's C programs), mt19937 (its numpy programs), file:PATH (a road that "
         "was saved), pattern:1100 (repeated)")
      ->capture_default_str();
  app.add_option("--seed", texts.seed, "Seed of the start state")->capture_default_str();
}

void add(CLI::App& app, RunOptions& options) {
  app.description("Runs one road and prints what the course's programs print.");
  app.add_option("--cells", options.cells, "Length of the road [10240000, or that of --init file:PATH]");
  app.add_option("--steps", options.steps, "Iterations")->capture_default_str();
  add(app, options.start);
  app.add_option("--kernel", options.kernel, "Kernel variant, as `trafficbench list` names them; auto: the fastest")
      ->capture_default_str();
  app.add_option("--threads", options.threads,
                 "OpenMP threads a rank; auto: OMP_NUM_THREADS, else the cores that a rank may use")
      ->capture_default_str();
  app.add_option("--depth", options.depth, "Iterations between exchanges of halos")->capture_default_str();
  app.add_option(
         "--count", options.count,
         "Contract: every (moves of every iteration are counted, as the course does) or sampled (only of those that "
         "are printed)")
      ->capture_default_str();
  app.add_option("--print-every", options.print_every, "Iterations between two lines; auto: a tenth of the steps")
      ->capture_default_str();
  app.add_option("--isa", options.isa, "Instruction set of the SIMD kernels, as `trafficbench list` names them")
      ->capture_default_str();
  app.add_option("--tile", options.tile, "Vector words a block of the kernel tiled")->capture_default_str();
  app.add_option("--save", options.save, "Write the final road to this file");
  app.add_option("--space-time", options.space_time,
                 "Draw the road into this file, .png or .pgm: a row of pixels an iteration, cars black");
  app.add_option("--window", options.window, "Cells of that picture, FIRST:COUNT; auto: the first 1000")
      ->capture_default_str();
  app.add_option("--output", options.output, "Write a report of one row to this JSON file; verifies the final state");
  app.add_flag("--json", options.json, "Print that report instead of the course's lines");
  app.add_flag("--force", options.force, "Replace files that exist");
  app.footer(
      "Examples:\n"
      "  trafficbench run\n"
      "  trafficbench run --init uni --cells 10240000 --steps 100      the course's C program\n"
      "  mpiexec --bind-to none -n 2 trafficbench run --cells 1e9 --kernel branchless --threads 1\n"
      "  trafficbench run --cells 1e6 --steps 500 --save road.bin && trafficbench run --init file:road.bin\n"
      "  trafficbench run --cells 1e5 --steps 300 --space-time road.png --window 0:400");
}

void add(CLI::App& app, SweepOptions& options) {
  app.description(
      "Measures every combination of kernels, cells, ranks x threads and contracts, verifies each, and writes a "
      "report.");
  app.add_option("--kernels", options.kernels, "Kernel variants, a list, or all")->capture_default_str();
  app.add_option("--cells", options.cells, "Lengths of road; with --mode weak, cells of each core")
      ->capture_default_str();
  app.add_option("--ranks", options.ranks, "Numbers of ranks; auto: 1 and all")->capture_default_str();
  app.add_option("--threads", options.threads,
                 "Numbers of OpenMP threads a rank; auto: 1 and as many as fill the cores")
      ->capture_default_str();
  app.add_option("--steps", options.steps, "Iterations in one repetition; auto: as many as take --min-seconds")
      ->capture_default_str();
  app.add_option("--jump", options.jump, "Iterations of the closed-form kernels, where --steps is auto")
      ->capture_default_str();
  app.add_option("--depth", options.depth,
                 "Iterations between exchanges of halos; auto: by a model; a list may have both")
      ->capture_default_str();
  app.add_option("--mode", options.mode, "strong: the same road for every shape; weak: the same cells for each core")
      ->capture_default_str();
  app.add_option("--count", options.count,
                 "Contracts: every (the moves of each iteration are counted), sampled (of the last one)")
      ->capture_default_str();
  app.add_option("--isa", options.isa, "Instruction set of the SIMD kernels")->capture_default_str();
  app.add_option("--tile", options.tile, "Vector words a block of the kernel tiled")->capture_default_str();
  app.add_option(
         "--verify", options.verify,
         "Final states against the closed form: full (hash of the whole road), windows (parts of it; for roads that "
         "are too long to hash), auto")
      ->capture_default_str();
  add(app, options.start);
  add_number(app, "min-seconds", options.min_seconds, 1e-9, 3600, "Shortest repetition");
  add_count(app, "min-repetitions", options.min_repetitions, kMostRepetitions, "Fewest repetitions of a point");
  add_count(app, "max-repetitions", options.max_repetitions, kMostRepetitions, "Most repetitions of a point");
  add_number(app, "precision", options.precision, 1e-9, 1,
             "Stop when the half-width of the median's 95% interval is this part of the median");
  add_number(app, "time-cap", options.time_cap, 0, 86400, "Stop when this many seconds were timed at a point");
  app.add_option(
      "--time-limit", options.time_limit,
      "Leave within this time, seconds or [D-]HH:MM:SS: points that do not fit are left for --resume [none]");
  app.add_option("--output", options.output, "Report to write [results/<host>-<YYYYMMDDThhmmssZ>.json]");
  app.add_flag("--resume", options.resume, "Go on with the sweep that was interrupted: same options, same --output");
  app.add_flag("--force", options.force, "Replace a report or journal that exists");
  app.add_flag("--dry-run", options.dry_run, "Only list the points");
  app.add_flag("--oversubscribe", options.oversubscribe, "Allow more ranks x threads than cores");
  app.footer(
      "Examples:\n"
      "  mpiexec --bind-to none -n 2 trafficbench sweep\n"
      "  mpiexec --bind-to none -n 4 trafficbench sweep --kernels naive,branchless --cells 1e6,1e8 --ranks 1,2,4 "
      "--threads 1\n"
      "  mpiexec --bind-to none -n 4 trafficbench sweep --mode weak --cells 16Mi --ranks 1:4 --threads 1 --output "
      "weak.json");
}

void add(CLI::App& app, MergeOptions& options) {
  app.description(
      "Puts the rows of several reports into one, and works out ratios and fits anew. Needs no MPI launcher.");
  app.add_option("reports", options.reports, "Reports to merge")->required()->type_name("REPORT...");
  app.add_option("--output", options.output, "Report to write")->required();
  app.add_flag("--force", options.force, "Replace a file that exists");
  app.footer("Example:\n  trafficbench merge nodes-1.json nodes-2.json nodes-4.json --output study.json");
}

void add(CLI::App& app, CheckOptions& options) {
  app.description(
      "Runs every kernel variant, at every instruction set this CPU has, on random and adversarial roads at many "
      "depths, "
      "thread and rank counts, and holds state and moves against the exact closed form; then against what the course's "
      "programs print. One line each.");
  app.add_option("--kernels", options.kernels, "Kernel variants, a list, or all")->capture_default_str();
  add_count(app, "cases", options.cases, 1'000'000'000, "Roads for each variant and instruction set");
  app.add_option("--seed", options.seed, "Seed of the random choices")->capture_default_str();
  app.add_flag("--quick", options.quick, "Leave out the golden runs of 10,240,000 cells");
  app.footer("Example:\n  mpiexec --bind-to none -n 3 trafficbench check --kernels branchless --cases 1000");
}

void add(CLI::App& app, ListOptions& options) {
  app.description("Lists the kernel variants and the instruction sets built into this program.");
  app.add_flag("--json", options.json, "As JSON");
  app.footer("Example:\n  trafficbench list");
}

void add(CLI::App& app, CeilingCommandOptions& options) {
  app.description(
      "Measures what this machine can do at most: clock, boolean vector operations a cycle, bandwidth of each cache "
      "level and "
      "of memory, on one core and on all. A few seconds.");
  app.add_flag("--json", options.json, "As JSON");
  app.footer("Example:\n  mpiexec --bind-to none -n 2 trafficbench ceiling");
}

}  // namespace

void add_count(CLI::App& app, const std::string& name, int& count, int most, const std::string& what) {
  app.add_option_function<std::string>(
         "--" + name,
         [&count, name, most](const std::string& text) { count = static_cast<int>(parse_count(text, name, 1, most)); },
         what)
      ->default_str(std::to_string(count));
}

void add_number(CLI::App& app, const std::string& name, double& number, double least, double most,
                const std::string& what) {
  app.add_option_function<std::string>(
         "--" + name,
         [&number, name, least, most](const std::string& text) { number = parse_number(text, name, least, most); },
         what)
      ->default_str(fmt::format("{}", number));
}

void refuse_empty(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->count() > 0 && std::ranges::find(option->results(), std::string()) != option->results().end()) {
      throw BadInput(fmt::format("{} is empty: give it a value, or leave it out", option->get_name()));
    }
  }
}

CommandLine read_command_line(int argc, const char* const* argv, const std::string& version) {
  CLI::App app(
      "trafficbench: a hybrid MPI + OpenMP + SIMD performance benchmark suite built round the traffic cellular "
      "automaton "
      "(rule 184).",
      "trafficbench");
  app.require_subcommand(1);
  app.set_version_flag("--version", version, "Version, commit, compiler, MPI and instruction sets");
  app.footer(
      "Counts may be written 10240000, 1e9, 2^30 or 16Mi; lists 1,2,4; ranges 1e5:1e9:x10.\n"
      "Exit status: 0 done; 1 a check failed; 2 bad input; 4 interrupted, can be resumed.\n"
      "Example:\n  mpiexec --bind-to none -n 2 trafficbench sweep --kernels all --cells 1e6,1e7");

  CommandLine line;
  RunOptions run_options;
  SweepOptions sweep_options;
  MergeOptions merge_options;
  CheckOptions check_options;
  ListOptions list_options;
  CeilingCommandOptions ceiling_options;
  const auto add_command = [&](const char* name, auto& options) {
    CLI::App* sub = app.add_subcommand(name);
    add(*sub, options);
    sub->callback([&line, &options] { line.command = options; });
  };
  add_command("run", run_options);
  add_command("sweep", sweep_options);
  add_command("merge", merge_options);
  add_command("check", check_options);
  add_command("list", list_options);
  add_command("ceiling", ceiling_options);

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
      const std::string what = argc > 1 ? fmt::format("'{}' is no command", argv[1]) : "no command";
      throw BadInput(what + ": it is run, sweep, merge, check, list or ceiling; see trafficbench --help");
    }
    std::string where = "trafficbench";
    for (const CLI::App* sub : app.get_subcommands()) where += " " + sub->get_name();
    throw BadInput(fmt::format("{}; see {} --help", error.what(), where));
  }
  for (const CLI::App* sub : app.get_subcommands()) refuse_empty(*sub);
  return line;
}

}  // namespace trafficbench
