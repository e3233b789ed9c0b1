// Packed cells: cell i of a range is bit i % 64 of word i / 64. Every interface of the suite speaks this form.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>

namespace trafficbench {

inline constexpr std::int64_t kWordCells = 64;

/// Words that hold `cells` packed cells.
constexpr std::int64_t words_for(std::int64_t cells) { return (cells + kWordCells - 1) / kWordCells; }

/// Mask of the lowest `cells` bits; 0 <= cells <= 64.
constexpr std::uint64_t low_mask(std::int64_t cells) {
  return cells >= kWordCells ? ~std::uint64_t{0} : (std::uint64_t{1} << cells) - 1;
}

inline bool get_cell(std::span<const std::uint64_t> words, std::int64_t cell) {
  return (words[static_cast<std::size_t>(cell / kWordCells)] >> (cell % kWordCells)) & 1;
}

inline void set_cell(std::span<std::uint64_t> words, std::int64_t cell, bool car) {
  std::uint64_t& word = words[static_cast<std::size_t>(cell / kWordCells)];
  const std::uint64_t bit = std::uint64_t{1} << (cell % kWordCells);
  word = car ? word | bit : word & ~bit;
}

/// The `count` <= 64 cells from `first` on, as the low bits of one word. Reads no word that holds none of them.
inline std::uint64_t get_cells(std::span<const std::uint64_t> words, std::int64_t first, std::int64_t count) {
  if (count <= 0) return 0;
  const auto word = static_cast<std::size_t>(first / kWordCells);
  const auto shift = first % kWordCells;
  std::uint64_t cells = words[word] >> shift;
  if (shift + count > kWordCells) cells |= words[word + 1] << (kWordCells - shift);
  return cells & low_mask(count);
}

/// Copies `count` cells between packed ranges at any bit offset; the other cells of `to` stay as they are. The ranges
/// must not overlap.
inline void copy_cells(std::span<const std::uint64_t> from, std::int64_t from_first, std::span<std::uint64_t> to,
                       std::int64_t to_first, std::int64_t count) {
  while (count > 0) {
    const std::int64_t shift = to_first % kWordCells;
    if (const std::int64_t words = count / kWordCells; shift == 0 && words > 0) {
      const std::uint64_t* const source = &from[static_cast<std::size_t>(from_first / kWordCells)];
      std::uint64_t* const into = &to[static_cast<std::size_t>(to_first / kWordCells)];
      if (const std::int64_t begin = from_first % kWordCells; begin == 0) {
        std::copy_n(source, words, into);
      } else {
        for (std::int64_t i = 0; i < words; ++i) {
          into[i] = source[i] >> begin | source[i + 1] << (kWordCells - begin);
        }
      }
      from_first += words * kWordCells;
      to_first += words * kWordCells;
      count -= words * kWordCells;
      continue;
    }
    const std::int64_t step = std::min(count, kWordCells - shift);
    const std::uint64_t mask = low_mask(step) << shift;
    std::uint64_t& word = to[static_cast<std::size_t>(to_first / kWordCells)];
    word = (word & ~mask) | (get_cells(from, from_first, step) << shift);
    from_first += step;
    to_first += step;
    count -= step;
  }
}

/// Number of cars among the first `count` packed cells.
inline std::int64_t count_cars(std::span<const std::uint64_t> words, std::int64_t count) {
  std::int64_t cars = 0;
  for (std::int64_t first = 0; first < count; first += kWordCells) {
    cars += std::popcount(words[static_cast<std::size_t>(first / kWordCells)] & low_mask(count - first));
  }
  return cars;
}

}  // namespace trafficbench
