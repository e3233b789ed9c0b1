// The program: starts MPI, reads the command line, carries out one command, leaves with its status on every rank.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <functional>
#include <memory>

#include "drivers/commands.hpp"
#include "drivers/communicator.hpp"
#include "drivers/machine.hpp"
#include "drivers/provenance.hpp"
#include "kernels/registry.hpp"

namespace {

using namespace trafficbench;

/// Reads the command line and carries out the command. Prints on rank 0 only.
Status serve(Communicator& world, int argc, char** argv) {
  CLI::App app(
      "trafficbench: a hybrid MPI + OpenMP + SIMD performance benchmark suite built round the traffic cellular automaton "
      "(rule 184).",
      "trafficbench");
  app.require_subcommand(1);
  app.set_version_flag("--version", [&] { return version_text(world); },
                       "Version, commit, compiler, MPI and instruction sets");
  app.footer(
      "Counts may be written 10240000, 1e9, 2^30 or 16Mi; lists 1,2,4; ranges 1e5:1e9:x10.\n"
      "Exit status: 0 done; 1 a check failed; 2 bad input; 4 interrupted, can be resumed.\n"
      "Example:\n  mpiexec -n 2 trafficbench sweep --kernels all --cells 1e6,1e7");

  const std::vector<std::string> arguments(argv, argv + argc);
  std::function<Status()> command;
  RunOptions run_options;
  SweepOptions sweep_options;
  CheckOptions check_options;
  ListOptions list_options;
  const auto add = [&](const char* name, auto& options, std::function<Status()> carry_out) {
    CLI::App* sub = app.add_subcommand(name);
    options.add_to(*sub);
    sub->callback([&command, carry_out] { command = carry_out; });
  };
  add("run", run_options, [&] { return run(world, run_options, variants(), arguments); });
  add("sweep", sweep_options, [&] { return sweep(world, sweep_options, variants(), arguments); });
  add("check", check_options, [&] { return check(world, check_options, variants()); });
  add("list", list_options, [&] { return list(world, list_options, variants()); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
      if (world.rank() == 0) app.exit(error);
      return Status::done;
    }
    if (app.get_subcommands().empty() && argc == 1) {
      throw BadInput("no command: it is run, sweep, check or list; see trafficbench --help");
    }
    std::string where = "trafficbench";
    for (const CLI::App* sub : app.get_subcommands()) where += " " + sub->get_name();
    throw BadInput(fmt::format("{}; see {} --help", error.what(), where));
  }
  return command();
}

}  // namespace

int main(int argc, char** argv) {
  std::unique_ptr<Communicator> world;
  // Before anything binds a thread: which cores there are to bind to.
  this_machine();
  try {
    world = start_world(argc, argv);
    return static_cast<int>(serve(*world, argc, argv));
  } catch (const BadInput& bad) {
    if (*bad.what() != '\0' && (!world || world->rank() == 0)) {
      fmt::print(stderr, "trafficbench: {}\n", bad.what());
    }
    return static_cast<int>(Status::bad_input);
  } catch (const std::exception& error) {
    fmt::print(stderr, "trafficbench: {}\n", error.what());
    if (world) world->abort(static_cast<int>(Status::check_failed));
    return static_cast<int>(Status::check_failed);
  }
}
