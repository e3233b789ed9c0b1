// Bytes at a place in a file, all of them or none that count.
#pragma once

#include <cstdint>
#include <string>

namespace trafficbench {

/// Writes `bytes` bytes at byte `at` of an open file, in as many calls as the system makes of it. Whether that went
/// well; if not, errno says why.
bool write_at(int file, std::int64_t at, std::int64_t bytes, const void* from);

/// Reads as many. Returns why that did not go well, as the system says or since the file ends before; empty if it did.
std::string read_at(int file, std::int64_t at, std::int64_t bytes, void* to);

/// What is said of a file that has only so many bytes, and was to have `expected`.
std::string ends_early(std::int64_t bytes, std::int64_t expected);

}  // namespace trafficbench
