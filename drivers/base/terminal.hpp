// The terminal that what is printed leads to.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace trafficbench {

/// Columns of the terminal to which this file leads, standard output or error; nothing where it leads to none. A
/// launcher makes pipes of them: bin/trafficbench-mpiexec says by TRAFFICBENCH_STDOUT_COLUMNS and
/// TRAFFICBENCH_STDERR_COLUMNS what is at their ends.
std::optional<std::size_t> terminal_columns(int file);

/// Whether a terminal here can go back to the beginning of a line and clear it; TERM says so.
bool can_rewrite_lines();

/// The text in lines of at most so many columns, as far as its words allow; what follows the first begins with `indent`
/// blanks.
std::string wrapped(const std::string& text, std::size_t columns, std::size_t indent = 0);

}  // namespace trafficbench
