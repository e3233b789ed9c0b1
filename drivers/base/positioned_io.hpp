// Bytes at a place in a file, all of them or none that count.
#pragma once

#include <cstdint>

namespace trafficbench {

/// Writes `bytes` bytes at byte `at` of an open file, in as many calls as the system makes of it. Whether that went
/// well; if not, errno says why.
bool write_at(int file, std::int64_t at, std::int64_t bytes, const void* from);

/// Reads as many. A file that ends before is EIO: somebody has made it shorter.
bool read_at(int file, std::int64_t at, std::int64_t bytes, void* to);

}  // namespace trafficbench
