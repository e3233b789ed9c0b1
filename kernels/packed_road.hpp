// A road, or a part of one, held at 1 bit a cell: the canonical form.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/bits.hpp"
#include "kernels/cell_source.hpp"

namespace trafficbench {

/// Longest road the suite takes: 2^40 cells, 128 GiB packed.
inline constexpr std::int64_t kMaxCells = std::int64_t{1} << 40;

class PackedRoad final : public CellSource {
 public:
  /// An empty road. Throws std::invalid_argument unless 0 <= cells <= kMaxCells.
  explicit PackedRoad(std::int64_t cells);

  /// Cells [first, first + cells) of `source`.
  PackedRoad(const CellSource& source, std::int64_t first, std::int64_t cells);

  std::int64_t cells() const override { return cells_; }
  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override;

  bool car(std::int64_t cell) const { return get_cell(words_, cell); }
  void set(std::int64_t cell, bool car) { set_cell(words_, cell, car); }
  std::int64_t cars() const { return count_cars(words_, cells_); }

  /// words_for(cells()) words; bits past the last cell are zero and must stay so.
  std::span<const std::uint64_t> words() const { return words_; }
  std::span<std::uint64_t> words() { return words_; }

  bool operator==(const PackedRoad& other) const { return cells_ == other.cells_ && words_ == other.words_; }

 private:
  std::int64_t cells_;
  std::vector<std::uint64_t> words_;
};

}  // namespace trafficbench
