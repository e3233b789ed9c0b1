// The moves of every iteration from one pass over a start state.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/segment.hpp"

namespace trafficbench::variant {

/// Sets the wanted ones of `moves`, one an iteration: the cars that move from the `cells` cells
/// from bit `own` of the packed `road` on. Needs moves.size() cells on each side of them. Takes
/// O(cells + iterations) time and 16 bytes an iteration.
///
/// Neighbours that are both cars, 11, travel one cell to the left in an iteration, empty ones, 00,
/// one to the right, and where they meet both vanish: they match like brackets, 00 at i with 11 at
/// j after (j - i) / 2 iterations (ballistic annihilation; Belitsky & Ferrari 1995). In iteration t
/// the moves are the cars in own cells less the 11 that are left there, of which the second car may
/// be the right neighbour's first.
void count_every_iteration(std::span<const std::uint64_t> road, std::int64_t own, std::int64_t cells,
                           std::span<MoveCount> moves);

}  // namespace trafficbench::variant
