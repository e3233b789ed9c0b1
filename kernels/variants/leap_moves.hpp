// The moves of every iteration from one pass over a start state.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/segment.hpp"

namespace trafficbench::variant {

/// Counts the cars that move in each of the next moves.size() iterations, and sets the counts that are wanted. The own
/// cells are the `cells` cells from bit `own` of the packed `road` on; moves.size() cells on each side of them must be
/// there too. Takes O(cells + iterations) time, and 16 bytes an iteration.
///
/// Two neighbours that both hold cars, 11, travel one cell to the left in an iteration; two that are both empty, 00,
/// one to the right. Where 11 and 00 meet, both vanish. They match like brackets: 00 at i and 11 at j vanish after (j -
/// i) / 2 iterations (ballistic annihilation; Belitsky & Ferrari 1995). A car moves unless it is the first of a 11. So
/// the moves of iteration t are the cars in own cells less the 11 that begin there, of which the second car may be the
/// right neighbour's first.
void count_moves_of_all(std::span<const std::uint64_t> road, std::int64_t own, std::int64_t cells,
                        std::span<MoveCount> moves);

}  // namespace trafficbench::variant
