// The program: starts MPI, reads the command line, carries out one command, leaves with its status on every rank.
#include <fmt/format.h>
#include <omp.h>

#include <exception>
#include <memory>
#include <new>
#include <string>
#include <variant>
#include <vector>

#include "drivers/base/interrupt.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/command/command_line.hpp"
#include "drivers/machine/topology.hpp"
#include "drivers/ranks/communicator.hpp"
#include "drivers/report/provenance.hpp"
#include "drivers/road/regions.hpp"
#include "kernels/registry.hpp"

namespace {

using namespace trafficbench;

[[noreturn]] void refuse_several(const std::string& command) {
  throw BadInput(fmt::format("{} is the work of one process: start it without a launcher", command));
}

/// Carries a command out: one call for each kind.
struct CarryOut {
  Communicator& world;
  const std::vector<std::string>& arguments;

  Status operator()(const RunOptions& options) const { return run(world, options, variants(), arguments); }
  Status operator()(const SweepOptions& options) const { return sweep(world, options, variants(), arguments); }
  Status operator()(const IoOptions& options) const { return io(world, options, arguments); }
  Status operator()(const MergeOptions& /*options*/) const { refuse_several("merge"); }
  Status operator()(const DeriveOptions& /*options*/) const { refuse_several("derive"); }
  Status operator()(const CheckOptions& options) const { return check(world, options, variants()); }
  Status operator()(const CeilingCommandOptions& options) const { return ceiling(world, options); }
  Status operator()(const ListOptions& options) const { return list(world, options, variants()); }
};

Status serve(Communicator& world, const std::vector<std::string>& arguments, int argc, char** argv) {
  check_same_arguments(world, arguments);
  const CommandLine line = read_command_line(argc, argv, version_text(world));
  Status status = Status::done;
  if (line.text.empty()) {
    status = std::visit(CarryOut{world, arguments}, line.command);
  } else if (world.rank() == 0) {
    print_out(line.text);
  }
  check_output();
  return status;
}

/// Whether a command is the work of one process, which must do where MPI may not even start: on a login node. Of
/// several processes each may have been given another command: MPI starts, and they compare.
bool works_alone(const std::vector<std::string>& arguments) {
  return arguments.size() > 1 && (arguments[1] == "merge" || arguments[1] == "derive") && !launched_as_several();
}

Status serve_alone(int argc, char** argv) {
  const CommandLine line = read_command_line(argc, argv, "");
  Status status = Status::done;
  if (!line.text.empty()) {
    print_out(line.text);
  } else if (const auto* merge_options = std::get_if<MergeOptions>(&line.command)) {
    status = merge(*merge_options);
  } else {
    status = derive(std::get<DeriveOptions>(line.command));
  }
  check_output();
  return status;
}

// Runs before any library is loaded: see below.
void prepare_for_libraries() {
  note_ignored_signals();
  claim_standard_files();
}

}  // namespace

// UCX, which comes with many an MPI, has a handler for SIGHUP as soon as it is loaded: nobody can tell after that
// whether the signal was to be ignored; and it writes to standard output. What stands in this section runs before any
// library, where the C library knows such a section: musl does not. One pointer: an address sanitizer pads an array of
// them with null pointers, which the loader would call.
__attribute__((section(".preinit_array"), used)) void (*const before_libraries)() = prepare_for_libraries;

int main(int argc, char** argv) {
  claim_standard_files();
  give_back_hangup();
  take_failed_writes();
  const std::vector<std::string> arguments(argv, argv + argc);
  // As many threads as were asked for, not as many as the library thinks fit at the moment.
  omp_set_dynamic(0);
  // Before anything binds a thread: which cores there are to bind to.
  this_machine();
  const Regions regions;
  std::unique_ptr<Communicator> world;
  try {
    if (works_alone(arguments)) {
      watch_signals();
      return static_cast<int>(serve_alone(argc, argv));
    }
    world = start_world(argc, argv);
    watch_signals();
    return static_cast<int>(serve(*world, arguments, argc, argv));
  } catch (const BadInput& bad) {
    if (!world || world->rank() == 0) print_error("trafficbench", bad.what());
    return static_cast<int>(Status::bad_input);
  } catch (const WorkFailed& failed) {
    if (!world || world->rank() == 0) print_error("trafficbench", failed.what());
    return static_cast<int>(Status::check_failed);
  } catch (const OutputFailed& failed) {
    print_error("trafficbench", failed.what());
    return static_cast<int>(Status::check_failed);
  } catch (const std::exception& error) {
    const bool no_memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
    print_error("trafficbench", no_memory ? "out of memory" : error.what());
    // One that is alone keeps nobody waiting, and MPI would add lines of its own.
    if (world && world->size() > 1) world->abort(static_cast<int>(Status::check_failed));
    return static_cast<int>(Status::check_failed);
  }
}
