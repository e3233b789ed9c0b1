// Memory that this node has left.
#pragma once

#include <cstdint>
#include <filesystem>

#include "drivers/ranks/communicator.hpp"

namespace trafficbench {

/// Bytes that a program may still take on this node: what the system says is available, or what the control groups or
/// the process's own limits (ulimit -v, -d) leave where that is less. Reads the system's files in the folder `root`;
/// where they say nothing, the largest number.
std::int64_t available_memory(const std::filesystem::path& root = "/");

/// The same on the node with least. Collective.
double min_available_memory(Communicator& comm);

}  // namespace trafficbench
