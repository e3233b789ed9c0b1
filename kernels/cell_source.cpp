#include "kernels/cell_source.hpp"

#include <algorithm>
#include <vector>

#include "kernels/bits.hpp"

namespace trafficbench {

std::int64_t piece_to_read(std::int64_t count) {
  constexpr std::int64_t kMin = std::int64_t{1} << 22;
  return std::min(count, std::max(kMin, words_for(count / 8) * kWordCells));
}

void read_ring(const CellSource& source, std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) {
  const std::int64_t ring = source.cells();
  first = ((first % ring) + ring) % ring;
  if (first + count <= ring) return source.read(first, count, out);
  std::fill_n(out.begin(), words_for(count), 0);
  std::vector<std::uint64_t> piece;
  for (std::int64_t done = 0; done < count;) {
    const std::int64_t step = std::min(count - done, ring - first);
    piece.resize(static_cast<std::size_t>(words_for(step)));
    source.read(first, step, piece);
    copy_cells(piece, 0, out, done, step);
    done += step;
    first = 0;
  }
}

}  // namespace trafficbench
