// The model that chooses the depth: the number of iterations between two exchanges of halos, for ranks and threads
// alike.
#pragma once

#include <cstdint>

#include "kernels/variant.hpp"

namespace trafficbench {

/// The depth at which the exchanges, and the halo cells that are updated because of them, cost least. It is for a
/// worker (a rank or a thread) that owns `cells_per_worker` >= 1 cells and pays `exchange_seconds` >= 0 for one
/// exchange of halos or one barrier.
///
/// With depth d, a worker pays for one exchange in d iterations. It also updates halo cells: (d - 1) / 2 on each side
/// in an average iteration, d - 1 on both sides together. At a rate of r cells a second, an iteration costs beyond its
/// own cells
///
///     exchange_seconds / d + (d - 1) / r,      least at d = sqrt(exchange_seconds * r).
///
/// r is the variant's nominal rate. The sum is flat round its minimum: a factor of two in d costs a quarter of it. That
/// d is then brought within bounds:
///
/// - At least one trip of the variant (Work::iterations_per_trip), so that no halo cuts a trip short.
/// - At most a quarter of the segment, so that a halo comes from the nearest neighbour alone and takes little memory.
/// - At least 1.
/// - Above 64, a multiple of 64, rounded up where that fits: whole packed words, and passes of several levels.
///
/// Not for a closed-form variant: its halo is as wide as the caller's jump.
std::int64_t choose_depth(const Variant& variant, std::int64_t cells_per_worker, double exchange_seconds);

/// Seconds that one exchange of halos costs a road on `ranks` x `threads` workers, beside the halo cells that are
/// updated because of it. Orders of magnitude, nominal as Variant::nominal_rate is: the sum above is flat, so that they
/// will do.
double nominal_exchange_seconds(int ranks, int threads);

/// The depth that `--depth auto` takes: choose_depth for a road of `road_cells` >= 1 cells on `ranks` x `threads`
/// workers. `exchange_seconds` is what one exchange between the ranks was measured to cost, beside which the copies of
/// edges within a rank have their nominal cost; 0: it was not measured, and the nominal cost counts for all of it. A
/// measured cost is rounded to a power of four microseconds, so that launches agree more often on the depth, which
/// follows its root.
std::int64_t auto_depth(const Variant& variant, std::int64_t road_cells, int ranks, int threads,
                        double exchange_seconds = 0);

}  // namespace trafficbench
