// Memory that this node has left.
#pragma once

#include <cstdint>
#include <filesystem>

namespace trafficbench {

/// Bytes that a program may still take on this node: what the system says is available, or what the control groups
/// leave where that is less. Reads the system's files in the folder `root`; where they say nothing, the largest number.
std::int64_t available_memory(const std::filesystem::path& root = "/");

}  // namespace trafficbench
