// Hints to MPI-IO, as a user gives them.
#pragma once

#include <map>
#include <span>
#include <string>

namespace trafficbench {

/// Names and values.
using Hints = std::map<std::string, std::string>;

/// From texts like cb_nodes=2. Throws BadInput for what is none, and for values that are known to make libraries abort,
/// crawl or take another one: those of ROMIO's numbers, of which nearly every MPI-IO is made.
Hints parse_hints(std::span<const std::string> texts);

/// What to say behind a failure or a delay under these hints, which may be the cause; empty if there are none.
std::string suspicion_of(const Hints& hints);

}  // namespace trafficbench
