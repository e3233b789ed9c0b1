// The model as the course has it, one byte a cell: what the kernels are held against.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/bits.hpp"
#include "kernels/packed_road.hpp"
#include "kernels/road_hash.hpp"

namespace trafficbench {

/// A piece of road, a byte a cell: 1 holds a car.
using Cells = std::vector<std::uint8_t>;

/// One iteration of a piece of road of which the neighbours are unknown: it loses a cell at each end. Returns the cars
/// that moved from cells [first, first + count), counted before the loss.
inline std::int64_t advance_line(Cells& cells, std::int64_t first, std::int64_t count) {
  Cells next(cells.size() < 2 ? 0 : cells.size() - 2);
  std::int64_t moves = 0;
  for (std::size_t i = 0; i < next.size(); ++i) {
    const std::size_t at = i + 1;
    next[i] = cells[at] != 0 ? cells[at + 1] : cells[at - 1];
    const auto own = static_cast<std::int64_t>(at) - first;
    moves += 0 <= own && own < count && cells[at] != 0 && cells[at + 1] == 0;
  }
  cells = std::move(next);
  return moves;
}

/// One iteration of a ring; returns the moves.
inline std::int64_t advance_ring(PackedRoad& road) {
  const std::int64_t cells = road.cells();
  const PackedRoad old = road;
  std::int64_t moves = 0;
  for (std::int64_t i = 0; i < cells; ++i) {
    const bool ahead = old.car((i + 1) % cells);
    road.set(i, old.car(i) ? ahead : old.car((i + cells - 1) % cells));
    moves += old.car(i) && !ahead;
  }
  return moves;
}

/// Moves of several iterations.
struct RingMoves {
  std::int64_t total = 0;
  std::int64_t last = 0;
};

/// Several iterations of a ring.
inline RingMoves advance_ring(PackedRoad& road, std::int64_t iterations) {
  RingMoves moves;
  for (std::int64_t t = 0; t < iterations; ++t) moves.total += moves.last = advance_ring(road);
  return moves;
}

/// Cells [first, first + count), packed.
inline std::vector<std::uint64_t> pack(std::span<const std::uint8_t> cells, std::int64_t first, std::int64_t count) {
  std::vector<std::uint64_t> words(static_cast<std::size_t>(words_for(count)));
  for (std::int64_t i = 0; i < count; ++i) {
    if (cells[static_cast<std::size_t>(first + i)] != 0) set_cell(words, i, true);
  }
  return words;
}

inline std::uint64_t hash_of(const PackedRoad& road) {
  RoadHash hash;
  hash.add(road, 0, road.cells(), 0);
  return hash.finish(road.cells());
}

}  // namespace trafficbench
