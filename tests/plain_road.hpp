// The model as the course has it, one byte a cell: what the kernels are held against. And roads to try them on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "kernels/bits.hpp"
#include "kernels/isa.hpp"
#include "kernels/packed_road.hpp"

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

/// Cells [first, first + count), packed.
inline std::vector<std::uint64_t> pack(std::span<const std::uint8_t> cells, std::int64_t first, std::int64_t count) {
  std::vector<std::uint64_t> words(static_cast<std::size_t>(words_for(count)));
  for (std::int64_t i = 0; i < count; ++i) {
    if (cells[static_cast<std::size_t>(first + i)] != 0) set_cell(words, i, true);
  }
  return words;
}

/// Random choices of a test; the same seed makes the same ones everywhere the standard library is the same.
class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}

  std::int64_t pick(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(engine_);
  }
  bool one_in(std::int64_t n) { return pick(1, n) == 1; }

  /// 1 .. most, often next to a multiple of 64 or 512, where words and vectors end.
  std::int64_t length(std::int64_t most) {
    const std::int64_t unit = one_in(3) ? 512 : one_in(2) ? 64 : 1;
    if (unit >= most) return pick(1, most);
    return std::clamp<std::int64_t>(unit * pick(1, most / unit) + (unit == 1 ? 0 : pick(-2, 2)), 1, most);
  }

  /// Empty, full, one car, one hole, alternating, pairs, or noise and runs of every density.
  Cells cells(std::int64_t count) {
    Cells cells(static_cast<std::size_t>(count));
    const std::int64_t kind = pick(0, 11);
    if (kind == 1 || kind == 3) std::ranges::fill(cells, 1);
    if ((kind == 2 || kind == 3) && count > 0) cells[static_cast<std::size_t>(pick(0, count - 1))] ^= 1;
    if (kind == 4 || kind == 5) {
      const std::size_t run = kind == 4 ? 1 : 2;
      for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = i / run % 2;
    }
    if (kind < 6) return cells;
    const std::int64_t cars_in_ten = pick(0, 10);
    const std::int64_t longest_run = one_in(2) ? 1 : pick(1, 300);
    for (std::size_t i = 0; i < cells.size();) {
      const bool car = pick(1, 10) <= cars_in_ten;
      for (std::int64_t run = pick(1, longest_run); run > 0 && i < cells.size(); --run, ++i) cells[i] = car;
    }
    return cells;
  }

  PackedRoad road(std::int64_t count) {
    const Cells drawn = cells(count);
    PackedRoad road(count);
    std::ranges::copy(pack(drawn, 0, count), road.words().begin());
    return road;
  }

 private:
  std::mt19937 engine_;
};

/// `number` trials, fewer under a sanitizer; TRAFFICBENCH_TEST_SCALE (1 by default, 0.1 under a sanitizer) multiplies
/// it.
int trials(int number);

/// Every instruction set that this CPU runs.
inline std::vector<std::string> isas_that_run() {
  std::vector<std::string> names;
  for (const Isa& isa : built_isas()) {
    if (isa.runs_here) names.push_back(isa.name);
  }
  return names;
}

}  // namespace trafficbench
