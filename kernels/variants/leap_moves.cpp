#include "kernels/variants/leap_moves.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>
#include <vector>

#include "kernels/bits.hpp"

namespace trafficbench::variant {

namespace {

// M(i) = 2 P(i) - i at a fixed cell, which falls by two for each car that leaves over the cell's right edge. After t
// iterations it is the greatest M within t cells, of M(i)'s parity or the other in turn, less t.
class FixedCell {
 public:
  FixedCell(std::span<const std::uint64_t> road, std::int64_t bit) : road_(road), bit_(bit) {}

  /// Cars that have left over the cell's right edge after t iterations. Call it for t = 0, 1, 2, .. in order.
  std::int64_t cars_out(std::int64_t t) {
    if (t > 0) {
      right_ += get_cell(road_, bit_ + t) ? 1 : -1;
      left_ -= get_cell(road_, bit_ - t + 1) ? 1 : -1;
    }
    std::int64_t& most = most_[static_cast<std::size_t>(t % 2)];
    most = t < 2 ? std::max(left_, right_) : std::max({most, left_, right_});
    return (t - most) / 2;
  }

 private:
  std::span<const std::uint64_t> road_;
  std::int64_t bit_;
  // M at t cells to the left and right, less M at the cell.
  std::int64_t left_ = 0;
  std::int64_t right_ = 0;
  std::array<std::int64_t, 2> most_{};
};

// The positions of 00 that wait for their 11: a stack of which only the uppermost `depth` are kept, since what lies
// deeper would meet its 11 too late.
class Waiting {
 public:
  explicit Waiting(std::int64_t depth) : positions_(static_cast<std::size_t>(depth), kNone) {}

  /// Takes the next pair. A 00 goes on the stack. A 11 takes off the 00 that it meets and returns its position; if
  /// there is none, a position infinitely far to the left. Which of the two comes next is a coin toss, so there is no
  /// branch.
  std::int64_t take(std::int64_t position, bool cars) {
    const std::size_t below = (top_ == 0 ? positions_.size() : top_) - 1;
    const std::size_t slot = cars ? below : top_;
    const std::size_t above = top_ + 1 == positions_.size() ? 0 : top_ + 1;
    top_ = cars ? below : above;
    return std::exchange(positions_[slot], cars ? kNone : position);
  }

 private:
  static constexpr std::int64_t kNone = std::int64_t{-1} << 60;
  std::vector<std::int64_t> positions_;
  std::size_t top_ = 0;
};

/// Calls pair(j, i, cars) for every pair of like neighbours at positions j in [first, last), in order, counted from
/// `own`. `cars` says that it is a 11; it then meets the 00 at i. For a 00, i means nothing.
template <typename Pair>
void match(std::span<const std::uint64_t> road, std::int64_t own, std::int64_t first, std::int64_t last,
           Waiting& waiting, const Pair& pair) {
  for (std::int64_t at = first; at < last; at += kWordCells) {
    const std::int64_t count = std::min(kWordCells, last - at);
    const std::uint64_t here = get_cells(road, own + at, count);
    const std::uint64_t ahead = get_cells(road, own + at + 1, count);
    std::uint64_t alike = ~(here ^ ahead) & low_mask(count);
    for (; alike != 0; alike &= alike - 1) {
      const int bit = std::countr_zero(alike);
      const bool cars = (here >> bit) & 1;
      pair(at + bit, waiting.take(at + bit, cars), cars);
    }
  }
}

}  // namespace

void count_moves_of_all(std::span<const std::uint64_t> road, std::int64_t own, std::int64_t cells,
                        std::span<MoveCount> moves) {
  const std::int64_t k = std::ssize(moves);
  // The number of 11 in own cells in iteration t is the sum of changes[0 .. t].
  std::vector<std::int64_t> changes(static_cast<std::size_t>(k + 1));
  const auto change = [&](std::int64_t t, std::int64_t by) { changes[static_cast<std::size_t>(t)] += by; };
  // A 00 and a 11 that meet in time have fewer than k others of their kind between them.
  Waiting waiting(k + 1);
  match(road, own, -k, 0, waiting, [](std::int64_t, std::int64_t, bool) {});
  // A 11 at j is at j - t in iteration t: in own cells until it leaves them, meets its 00, or the iterations end.
  std::int64_t at_first = 0;
  match(road, own, 0, cells, waiting, [&](std::int64_t j, std::int64_t i, bool cars) {
    at_first += cars;
    change(std::min({j + 1, (j - i) / 2, k}), -std::int64_t{cars});
  });
  change(0, at_first);
  match(road, own, cells, cells + k - 1, waiting, [&](std::int64_t j, std::int64_t i, bool cars) {
    const std::int64_t begin = j - cells + 1;
    const std::int64_t end = std::min({j + 1, (j - i) / 2, k});
    if (!cars || begin >= end) return;
    change(begin, 1);
    change(end, -1);
  });

  std::int64_t cars = 0;
  for (std::int64_t done = 0; done < cells; done += kWordCells) {
    cars += std::popcount(get_cells(road, own + done, std::min(kWordCells, cells - done)));
  }
  FixedCell before_first(road, own - 1);
  FixedCell last(road, own + cells - 1);
  std::int64_t pairs = 0;
  for (std::int64_t t = 0; t < k; ++t) {
    pairs += changes[static_cast<std::size_t>(t)];
    const std::int64_t cars_then = cars + before_first.cars_out(t) - last.cars_out(t);
    MoveCount& count = moves[static_cast<std::size_t>(t)];
    if (count.wanted) count.moves = cars_then - pairs;
  }
}

}  // namespace trafficbench::variant
