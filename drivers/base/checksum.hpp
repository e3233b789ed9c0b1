// Tells damage of what was written to a disk.
#pragma once

#include <cstdint>
#include <string_view>

namespace trafficbench {

/// XXH3, 64 bits, of xxHash: the same on every machine.
std::uint64_t checksum(std::string_view bytes);

}  // namespace trafficbench
