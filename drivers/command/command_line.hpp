// The command line of the program: its commands, their options, their help.
#pragma once

#include <string>
#include <variant>

#include "drivers/command/commands.hpp"

namespace trafficbench {

/// What the command line asks for.
using Command = std::variant<RunOptions, SweepOptions, MergeOptions, DeriveOptions, CheckOptions, ListOptions,
                             CeilingCommandOptions, IoOptions>;

struct CommandLine {
  Command command;
  std::string text;  ///< not empty: print this and leave, nothing else was asked for (--help, --version)
};

/// Throws BadInput for what cannot be read. `version` is the text of --version.
CommandLine read_command_line(int argc, const char* const* argv, const std::string& version);

}  // namespace trafficbench
