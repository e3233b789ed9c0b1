// The model that chooses depth, the number of iterations between two exchanges of halos, for ranks
// and threads alike.
#pragma once

#include <cstdint>

#include "kernels/variant.hpp"

namespace trafficbench {

/// The depth at which exchanges and the work repeated beside them cost least, for a worker (a rank
/// or thread) that owns `cells_per_worker` >= 1 cells and pays `exchange_seconds` >= 0 for one
/// exchange of halos or one barrier.
///
/// With depth d, an exchange is paid once in d iterations, and of the d halo cells on each side (d
/// - 1) / 2 are updated again in an average iteration, both sides together d - 1. At a rate of r
/// cells a second an iteration costs beyond its own cells
///
///     exchange_seconds / d + (d - 1) / r,      least at d = sqrt(exchange_seconds * r).
///
/// r is the variant's nominal rate; the sum is flat round its minimum: a factor of two in d costs a
/// quarter of it. Then: at least one trip of the variant (Work::iterations_per_trip), so that a
/// halo does not cut short what saves memory traffic; at most a quarter of the segment, so that
/// halos come from the nearest neighbour and stay cheap to store; at least 1; and above 64
/// rounded to a multiple of 64, up where that fits, for whole packed words and passes of several
/// levels.
///
/// Depth says nothing about a closed-form variant, whose halo is its jump: the caller's iterations
/// are its depth.
std::int64_t choose_depth(const Variant& variant, std::int64_t cells_per_worker, double exchange_seconds);

}  // namespace trafficbench
