// Moving cells between lanes: the bit transpose between packed cells and words of lanes, and the
// step to the next lane.
#pragma once

#include <cstdint>

namespace trafficbench::bitslice {

/// Works on words of register_words 64-bit words each, aligned to their size, for one instruction
/// set.
struct LaneMoves {
  int register_words = 0;

  /// 64 rows of register_words 64-bit words: transposes the 64 x 64 bits of each column of 64-bit
  /// words, so that bit b of row a and bit a of row b change places.
  void (*transpose)(std::uint64_t* rows) = nullptr;

  /// Copies `count` words, each lane's cell taken from the lane before it: lane l of `to` is lane l
  /// - 1 of `from`.
  void (*from_lane_before)(const std::uint64_t* from, std::uint64_t* to, std::int64_t count) = nullptr;

  /// Lane l of `to` is lane l + 1 of `from`.
  void (*from_lane_after)(const std::uint64_t* from, std::uint64_t* to, std::int64_t count) = nullptr;
};

/// Of the instruction set in use; register_words as in one of its wave sets.
const LaneMoves& lane_moves(int register_words);

}  // namespace trafficbench::bitslice
