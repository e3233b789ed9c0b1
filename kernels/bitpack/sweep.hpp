// One trip through words of packed cells: the inner loops of bitpacked.
#pragma once

#include <cstdint>

namespace trafficbench::bitpack {

/// One trip through strips of packed cells. Bits are numbered through all strips in order. Each cell ends up `levels`
/// bits higher, and then, if `lower`, one word lower.
struct Sweep {
  /// Word j of strip s is words[j * strips + s]; there is a vector of slack on either side.
  std::uint64_t* words = nullptr;
  std::int64_t strip_words = 0;  ///< 2 or more
  bool lower = false;
  std::int64_t own_first = 0;  ///< bit of the first own cell before the sweep
  std::int64_t own_cells = 0;
  std::int64_t levels = 0;  ///< iterations: 1, 2, 4, 8, 16 or Sweeps::max_levels
  /// To be set, nullptr if not wanted. With one level: the own cars that move, and those that stand behind another.
  /// With more: in each iteration, those that stand behind another.
  std::int64_t* counts = nullptr;
};

/// Sweeps for one instruction set.
struct Sweeps {
  std::int64_t strips = 0;  ///< as many as a vector has words
  std::int64_t max_levels = 0;
  void (*run)(const Sweep& sweep) = nullptr;
};

/// Those for the instruction set in use.
const Sweeps& sweeps();

}  // namespace trafficbench::bitpack
