#include "kernels/packed_road.hpp"

#include <algorithm>
#include <stdexcept>

namespace trafficbench {

namespace {
std::int64_t checked(std::int64_t cells) {
  if (cells < 0 || cells > kMaxCells) {
    throw std::invalid_argument("a road has between 0 and 2^40 cells");
  }
  return cells;
}
}  // namespace

PackedRoad::PackedRoad(std::int64_t cells)
    : cells_(checked(cells)), words_(static_cast<std::size_t>(words_for(cells))) {}

PackedRoad::PackedRoad(const CellSource& source, std::int64_t first, std::int64_t cells) : PackedRoad(cells) {
  if (cells > 0) source.read(first, cells, words_);
}

void PackedRoad::read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const {
  if (first % kWordCells == 0) {
    const auto words = static_cast<std::size_t>(words_for(count));
    std::copy_n(words_.begin() + first / kWordCells, words, out.begin());
    if (words > 0) out[words - 1] &= low_mask(count - (words_for(count) - 1) * kWordCells);
    return;
  }
  for (std::int64_t done = 0; done < count; done += kWordCells) {
    out[static_cast<std::size_t>(done / kWordCells)] =
        get_cells(words_, first + done, std::min(kWordCells, count - done));
  }
}

}  // namespace trafficbench
