// What ran where: one entry of context.runs.
#pragma once

#include <string>
#include <vector>

#include "drivers/base/json.hpp"
#include "drivers/machine/topology.hpp"
#include "drivers/ranks/communicator.hpp"

namespace trafficbench {

/// Now, in UTC: "2026-01-31T12:00:00Z".
std::string utc_date();

/// The same as it stands in a file's name: "20260131T120000Z".
std::string utc_stamp();

/// A node's caches, in Google Benchmark's shape, as far as they are known.
Json caches_of(const Machine& machine);

/// Collective: describes this launch; complete on rank 0. `argv` is the command line.
Json describe_run(Communicator& comm, const std::vector<std::string>& argv);

/// Text of --version: version, commit, compiler, MPI and instruction sets.
std::string version_text(Communicator& comm);

}  // namespace trafficbench
