// trafficbench-model: what a road takes on a machine that is not here.
#include <fmt/format.h>

#include <exception>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "drivers/base/interrupt.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/command/model_commands.hpp"
#include "drivers/command/study_command_line.hpp"
#include "drivers/command/typed_options.hpp"

namespace {

using namespace trafficbench;
using namespace trafficbench::projection;

constexpr double kMaxTolerance = 1e12;

/// Every command with its options.
class Commands {
 public:
  explicit Commands(std::vector<std::string> argv) : argv_(std::move(argv)) {
    app_.require_subcommand(1);
    app_.footer(std::string(kNumbersHelp) +
                "\nExit status: 0 done; 1 a check failed, or something that was under way; 2 bad input.\n"
                "Example:\n  trafficbench-model advise --report results/REPORT.json --machine "
                "scripts/simulate/archer2.json --cells 1e9");
    add_rows();
    add_advise();
    add_validate();
    add_platform();
#ifdef TRAFFICBENCH_SIMGRID_VERSION
    add_simulated();
#endif
  }

  Status carry_out(int argc, char** argv) {
    refuse_unfinished(argc, argv);
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
        std::ostringstream text;
        app_.exit(error, text, text);
        print_out(text.str());
        check_output();
        return Status::done;
      }
      throw BadInput(fmt::format("{}; see trafficbench-model --help", error.what()));
    }
    for (const CLI::App* sub : app_.get_subcommands()) refuse_empty(*sub);
    const Status status = command_();
    check_output();
    return status;
  }

 private:
  CLI::App& add_command(const char* name, const char* description, std::function<Status()> command) {
    CLI::App& sub = *app_.add_subcommand(name, description);
    sub.callback([this, command = std::move(command)] { command_ = command; });
    return sub;
  }

  void add_output(CLI::App& sub) {
    add_text(sub, "output", study_.output, "FILE", "Report to write")->required();
    sub.add_flag("--force", study_.force, "Replace a report that exists");
  }

  void add_rows() {
    CLI::App& sub =
        add_command("rows", "Writes a report of modelled rows.", [this] { return write_modelled(study_, argv_); });
    add_study_options(sub, study_);
    add_output(sub);
    sub.footer(
        std::string(kNumbersHelp) +
        "\nExample:\n  trafficbench-model rows --report results/REPORT.json --machine scripts/simulate/archer2.json "
        "--mode strong --cells 1e12 --ranks 128:524288,750080 --depth auto --output full-machine.json");
  }

  void add_advise() {
    CLI::App& sub = add_command("advise", "Prints how many nodes are worth using for a road, and which depth.",
                                [this] { return advise(study_); });
    add_study_options(sub, study_);
    sub.footer(
        std::string(kNumbersHelp) +
        "\n--mode and --depth are not looked at: every depth is tried.\nExample:\n  trafficbench-model advise --report "
        "results/REPORT.json --machine scripts/simulate/archer2.json --cells 1e9 --ranks 128:524288,750080");
  }

  void add_validate() {
    CLI::App& sub = add_command("validate", "Holds the model against a report measured on several ranks of one node.",
                                [this] { return validate(validate_); });
    sub.add_option("report", validate_.report, "Measured report with rows of 1 rank and of more")
        ->required()
        ->type_name("FILE");
    add_value(sub, "kernels", validate_.kernels,
              "Kernel variants, without +threads: rows of one thread a rank are looked at; auto: the fastest");
    add_number(sub, "tolerance", validate_.tolerance, 0, kMaxTolerance,
               "Exit status 1 if a row differs by more than this part");
    sub.footer(std::string(kNumbersHelp) + "\nExample:\n  trafficbench-model validate results/REPORT.json");
  }

  void add_platform() {
    CLI::App& sub = add_command("platform", "Prints the network against published figures, or writes it for SimGrid.",
                                [this] { return write_platform(platform_); });
    add_machine_options(sub, platform_.machine, platform_.network);
    add_value(sub, "ranks", platform_.ranks, "Ranks that must find room");
    add_value(sub, "ranks-per-node", platform_.ranks_per_node, "Ranks on a node; auto: one per core");
    add_text(sub, "prefix", platform_.prefix, "PREFIX",
             "Write PREFIX.xml and PREFIX.hosts for SimGrid, in place of printing");
    sub.footer(std::string(kNumbersHelp) +
               "\nExample:\n  trafficbench-model platform --machine scripts/simulate/archer2.json");
  }

  void add_simulated() {
    CLI::App& first =
        add_command("begin", "Opens the journal of a simulated study; prints what is still to be simulated.",
                    [this] { return begin(study_, argv_); });
    CLI::App& last = add_command("finish", "Writes the report of a simulated study, modelled rows beside it.",
                                 [this] { return finish(study_, tolerance_); });
    for (CLI::App* sub : {&first, &last}) {
      add_study_options(*sub, study_);
      add_output(*sub);
      sub->add_flag("--resume", study_.resume, "Go on with a study that was interrupted");
      sub->footer(std::string(kNumbersHelp) + "\nscripts/simulate.sh calls this.");
    }
    add_number(last, "tolerance", tolerance_, 0, kMaxTolerance,
               "Exit status 1 if model and simulation differ by more than this part");
  }

  CLI::App app_{
      "trafficbench-model: what a road takes on a machine that is not here, from measured kernel times and published "
      "facts of its network. Nothing that it prints was measured there.",
      "trafficbench-model"};
  std::vector<std::string> argv_;
  StudyOptions study_;
  ValidateOptions validate_;
  PlatformOptions platform_;
  double tolerance_ = 0.15;
  std::function<Status()> command_;
};

}  // namespace

int main(int argc, char** argv) {
  watch_signals();
  take_failed_writes();
  claim_standard_files();
  try {
    Commands commands({argv, argv + argc});
    return static_cast<int>(commands.carry_out(argc, argv));
  } catch (const BadInput& bad) {
    print_error("trafficbench-model", bad.what());
    return static_cast<int>(Status::bad_input);
  } catch (const std::exception& error) {
    print_error("trafficbench-model", error.what());
    return static_cast<int>(Status::check_failed);
  }
}
