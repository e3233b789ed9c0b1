// How a road is cut into blocks, for ranks and threads alike.
#pragma once

#include <cstdint>

namespace trafficbench {

/// Cells [first, first + cells) of a road.
struct Block {
  std::int64_t first = 0;
  std::int64_t cells = 0;
  bool operator==(const Block&) const = default;
};

/// The block of owner `index` of `owners`: consecutive cells. Sizes differ by one at most, larger ones come first.
/// Owners beyond the number of cells own nothing.
constexpr Block block_of(std::int64_t cells, std::int64_t owners, std::int64_t index) {
  const std::int64_t small = cells / owners;
  const std::int64_t larger = cells % owners;
  return {index * small + (index < larger ? index : larger), small + (index < larger ? 1 : 0)};
}

/// The owner of `cell` in that cut.
constexpr std::int64_t owner_of(std::int64_t cells, std::int64_t owners, std::int64_t cell) {
  const std::int64_t small = cells / owners;
  const std::int64_t larger = cells % owners;
  const std::int64_t in_larger = larger * (small + 1);
  return cell < in_larger ? cell / (small + 1) : larger + (cell - in_larger) / small;
}

}  // namespace trafficbench
