// A short stretch of road, packed, that is advanced one iteration at a time.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/bits.hpp"

namespace trafficbench::bitslice {

/// Cells 0 .. cells - 1. What lies outside is unknown: with each iteration one cell more at either end is wrong.
class Window {
 public:
  explicit Window(std::int64_t cells) : words_(static_cast<std::size_t>(words_for(cells))) {}

  /// To be filled by the caller.
  std::span<std::uint64_t> words() { return words_; }

  void advance() {
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      const std::uint64_t cells = words_[i];
      const std::uint64_t after = i + 1 < words_.size() ? words_[i + 1] : 0;
      const std::uint64_t left = (cells << 1) | (before >> (kWordCells - 1));
      const std::uint64_t right = (cells >> 1) | (after << (kWordCells - 1));
      words_[i] = (cells & right) | (~cells & left);
      before = cells;
    }
  }

  /// Cars that will move in the next iteration from cells first .. last - 1; cell `last` is one of the window.
  std::int64_t moves(std::int64_t first, std::int64_t last) const {
    std::int64_t sum = 0;
    for (std::int64_t cell = first; cell < last; cell += kWordCells) {
      const std::int64_t count = std::min(kWordCells, last - cell);
      sum += std::popcount(get_cells(words_, cell, count) & ~get_cells(words_, cell + 1, count));
    }
    return sum;
  }

 private:
  std::vector<std::uint64_t> words_;
};

}  // namespace trafficbench::bitslice
