// The command line of the program: its commands, their options, their help.
#pragma once

#include <string>
#include <variant>

#include "drivers/command/commands.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): not ours
class App;
}

namespace trafficbench {

/// An option that is a count, as parse_count reads it, from 1 to `most`. What stands in `count` is the default.
void add_count(CLI::App& app, const std::string& name, int& count, int most, const std::string& what);

/// An option that is a number, as parse_number reads it.
void add_number(CLI::App& app, const std::string& name, double& number, double least, double most,
                const std::string& what);

/// Throws BadInput for an option that is given as "": a variable that was not set must not pass for an option that was
/// left out.
void refuse_empty(const CLI::App& app);

/// What the command line asks for.
using Command = std::variant<RunOptions, SweepOptions, MergeOptions, CheckOptions, ListOptions, CeilingCommandOptions>;

struct CommandLine {
  Command command;
  std::string text;  ///< not empty: print this and leave, nothing else was asked for (--help, --version)
};

/// Throws BadInput for what cannot be read. `version` is the text of --version.
CommandLine read_command_line(int argc, const char* const* argv, const std::string& version);

}  // namespace trafficbench
