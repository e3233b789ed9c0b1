// A hash of a road that does not depend on how the road is split over owners.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/cell_source.hpp"

namespace trafficbench {

/// Multilinear hash over the integers modulo the prime 2^61 - 1 (Carter & Wegman 1979): every half word of the whole
/// road has its own pseudo-random key, and the hash is the sum of half word times key. Being linear, it adds up over
/// any split of the road, even one inside a word; two different roads agree with probability about 2^-61.
class RoadHash {
 public:
  /// Adds `count` packed cells, of which the first is cell `first` of the whole road.
  void add(std::span<const std::uint64_t> words, std::int64_t first, std::int64_t count);

  /// Adds cells [first, first + count) of `source`, of which the first is cell `road_first` of the whole road.
  void add(const CellSource& source, std::int64_t first, std::int64_t count, std::int64_t road_first);

  /// Adds what other owners have hashed: `high` and `low` are the sums of the upper and lower 32 bits of their
  /// partial() (so that a plain integer reduction over any number of owners serves).
  void merge(std::uint64_t high, std::uint64_t low);

  /// The sum so far, below 2^61 - 1.
  std::uint64_t partial() const { return sum_; }

  /// The hash of a whole road of `cells` cells.
  std::uint64_t finish(std::int64_t cells) const;

 private:
  std::uint64_t sum_ = 0;
};

}  // namespace trafficbench
