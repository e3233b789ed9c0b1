// The cores of a node while they are given out, one to a worker.
#pragma once

#include "drivers/machine/placement/matching.hpp"
#include "drivers/machine/placement_policy.hpp"

namespace trafficbench {

/// Of the numbers of cores.
Matching matching_of_cores(const NodeWorkers& workers);

/// The first CPU that each rank may use of each core that it has been given.
Placed placed_on_cores(const NodeWorkers& workers, const Matching& cores);

}  // namespace trafficbench
