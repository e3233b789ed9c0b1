// The exact state of a ring after T iterations without making them: what every variant is checked against.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "kernels/cell_source.hpp"

namespace trafficbench {

/// Exact results on a ring of cells (Fuks 1999; Belitsky & Ferrari 2005). With P(i) the cars in cells <= i, and M(i) =
/// 2 P(i) - i, rule 184 is
///
///     M_T(i) = max { M_0(i - T + 2 k) : k = 0 .. T } - T,
///
/// and cell i holds a car iff M_T(i) - M_T(i - 1) = 1. The maximum slides (van Herk 1992; Gil & Werman 1993), so a
/// range of n cells costs O(n + T) whatever T. Once h = floor((L - 1) / 2) iterations are done the pattern only shifts
/// by one cell an iteration, so that T is never more than h in effect.
class ClosedForm {
 public:
  /// `start` is the whole ring, `cars` the cars on it. Keeps a reference to `start`.
  ClosedForm(const CellSource& start, std::int64_t cars, std::int64_t iterations);

  /// What a range contributes to the checks of the whole ring; sums over disjoint ranges that cover it.
  struct Moves {
    std::int64_t total = 0;  ///< cars that moved, all iterations together
    std::int64_t last = 0;   ///< cars that moved in the last iteration
  };

  /// Receives the words of cells [first, first + count) of the ring.
  using Sink = std::function<void(std::span<const std::uint64_t> words, std::int64_t first, std::int64_t count)>;

  /// Gives `sink` cells [first, first + count) of the ring as they are after the iterations, packed, in order, in
  /// blocks of which all but the last have a multiple of 64 cells. Takes memory for min(iterations, cells / 2) cells,
  /// 32 bytes each, whatever `count`.
  Moves states(std::int64_t first, std::int64_t count, const Sink& sink) const;

  /// All of the range at once.
  Moves state(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const;

  /// Moves in one iteration once the flow is steady, that is from iteration h on: min(cars, cells - cars).
  std::int64_t steady_moves() const;

 private:
  Moves states_after(std::int64_t iterations, std::int64_t first, std::int64_t count, const Sink& sink) const;

  const CellSource& start_;
  std::int64_t cells_;
  std::int64_t cars_;
  std::int64_t iterations_;
};

}  // namespace trafficbench
