#include "drivers/base/checksum.hpp"

// Headers only: nothing is linked.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace trafficbench {

std::uint64_t checksum(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

}  // namespace trafficbench
