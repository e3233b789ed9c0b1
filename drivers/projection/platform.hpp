// The machine as SimGrid reads it.
#pragma once

#include <string>

#include "drivers/projection/analytic.hpp"
#include "drivers/projection/machine_facts.hpp"

namespace trafficbench::projection {

/// The platform file: a dragonfly of whole groups with at least as many nodes as the layout needs. Each host says how
/// many ranks it is to hold (property ranks_per_node).
std::string platform_xml(const MachineFacts& facts, const Layout& layout);

/// The host file: a line a node, the ranks in their order.
std::string host_file(const Layout& layout);

}  // namespace trafficbench::projection
