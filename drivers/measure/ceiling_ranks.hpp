// The ceiling of a machine on which several ranks are at work.
#pragma once

#include <cstdint>
#include <limits>

#include "drivers/measure/ceiling.hpp"
#include "drivers/ranks/communicator.hpp"

namespace trafficbench {

/// Runs of which the best counts.
inline constexpr int kCeilingSamples = 15;

/// Collective, a few seconds: what one core can do, measured on rank 0 while the others sleep, and what all cores that
/// the ranks may use can do together, added up. No limit of a road of `road_bytes` a core comes from a level of memory
/// beyond the one that holds it: those are left out. The same on every rank as far as "together" goes; complete on
/// rank 0.
/// The best of `samples` short runs each counts.
Ceiling measure_ceiling(Communicator& world, int samples = kCeilingSamples,
                        std::int64_t road_bytes = std::numeric_limits<std::int64_t>::max());

}  // namespace trafficbench
