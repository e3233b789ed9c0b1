// The ceiling of a machine on which several ranks are at work.
#pragma once

#include "drivers/measure/ceiling.hpp"
#include "drivers/ranks/communicator.hpp"

namespace trafficbench {

/// Collective, a few seconds: what one core can do, measured on rank 0 while the others sleep, and what all cores that
/// the ranks may use can do together, added up. The same on every rank as far as "together" goes; complete on rank 0.
Ceiling measure_ceiling(Communicator& world);

}  // namespace trafficbench
