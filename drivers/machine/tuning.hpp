// What kernels are told of this machine's caches.
#pragma once

#include "drivers/machine/topology.hpp"
#include "kernels/variant.hpp"

namespace trafficbench {

/// Cache sizes for one of `workers` workers, one per core, that fill the node's cores from the first on: what several
/// of them share is divided by their number. Of a level that the machine has not, or that is unknown, Tuning's default
/// stands.
Tuning tuning_for(const Machine& machine, int workers);

}  // namespace trafficbench
