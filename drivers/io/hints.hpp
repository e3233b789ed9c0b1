// Hints to MPI-IO, as a user gives them.
#pragma once

#include <map>
#include <span>
#include <string>

namespace trafficbench {

struct IoMethod;

/// Names and values.
using Hints = std::map<std::string, std::string>;

/// From texts like cb_nodes=2. Throws BadInput for what is none, and for values that are known to make libraries abort,
/// crawl or take another one: those of the numbers of ROMIO, the MPI-IO of MPICH and of what is made from it, and of
/// Open MPI on Lustre.
Hints parse_hints(std::span<const std::string> texts);

/// Throws BadInput if the hints are a promise to the library that one of the methods does not keep.
void check_promise(const Hints& hints, std::span<const IoMethod* const> methods);

/// What to say behind a failure or a delay under these hints, which may be the cause; empty if there are none.
std::string suspicion_of(const Hints& hints);

}  // namespace trafficbench
