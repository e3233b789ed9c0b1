// Cells change lanes here: the bit transpose between packed cells and words of lanes, and the step to the next lane.
#pragma once

#include <cstdint>

namespace trafficbench::bitslice {

/// Works on words of register_words 64-bit words each, aligned to their size, for one instruction set.
struct LaneMoves {
  int register_words = 0;

  /// `rows` are 64 rows of register_words 64-bit words. Transposes the 64 x 64 bits of each column: bit b of row a and
  /// bit a of row b change places.
  void (*transpose)(std::uint64_t* rows) = nullptr;

  /// Copies `count` words, each shifted by one lane: lane l of `to` is lane l - 1 of `from`, and lane 0 is empty.
  void (*from_lane_before)(const std::uint64_t* from, std::uint64_t* to, std::int64_t count) = nullptr;

  /// The same the other way: lane l of `to` is lane l + 1 of `from`, and the last lane is empty.
  void (*from_lane_after)(const std::uint64_t* from, std::uint64_t* to, std::int64_t count) = nullptr;
};

/// Those of the instruction set in use. `register_words` is that of one of its wave sets.
const LaneMoves& lane_moves(int register_words);

}  // namespace trafficbench::bitslice
