// What variants with an array element for each cell share: the road with its halo, and its packed form.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "kernels/aligned_buffer.hpp"
#include "kernels/bits.hpp"
#include "kernels/segment.hpp"
#include "kernels/variant.hpp"

namespace trafficbench {

/// A segment that holds one `Cell`, 0 or 1, for every own and halo cell. A variant derives from it and adds advance().
template <typename Cell>
class CellArraySegment : public Segment {
 public:
  std::int64_t cells() const final { return cells_; }
  HaloWidth halo() const final { return halo_; }

  void load(const CellSource& source, std::int64_t first) final {
    std::array<std::uint64_t, 1024> block;
    constexpr std::int64_t kBlock = kWordCells * static_cast<std::int64_t>(block.size());
    for (std::int64_t done = 0; done < cells_; done += kBlock) {
      const std::int64_t step = std::min(kBlock, cells_ - done);
      source.read(first + done, step, block);
      unpack(block, step, own() + done);
    }
    halo_ = {};
  }

  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const final {
    for (std::int64_t done = 0; done < count; done += kWordCells) {
      const std::int64_t step = std::min(kWordCells, count - done);
      const Cell* cell = own() + first + done;
      std::uint64_t word = 0;
      for (std::int64_t bit = 0; bit < step; ++bit) {
        word |= std::uint64_t{static_cast<std::uint8_t>(cell[bit])} << bit;
      }
      out[static_cast<std::size_t>(done / kWordCells)] = word;
    }
  }

  void set_halo(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right, HaloWidth width) final {
    unpack(left, width.left, own() - width.left);
    unpack(right, width.right, own() + cells_);
    halo_ = width;
  }

 protected:
  explicit CellArraySegment(const SegmentShape& shape)
      : cells_(shape.cells), offset_(shape.max_halo.left), road_(buffer_cells(shape)) {}

  /// Own cell 0; negative indices are the left halo.
  Cell* own() { return road_.data() + offset_; }
  const Cell* own() const { return road_.data() + offset_; }

  /// A second road of the same size, and its own cell 0.
  AlignedBuffer<Cell> another_road() const { return AlignedBuffer<Cell>(static_cast<std::int64_t>(road_.size())); }
  Cell* own_in(AlignedBuffer<Cell>& road) const { return road.data() + offset_; }

  AlignedBuffer<Cell>& road() { return road_; }

  static std::int64_t buffer_cells(const SegmentShape& shape) {
    return shape.cells + shape.max_halo.left + shape.max_halo.right;
  }

  /// Two roads, which is what every variant of this kind needs.
  static std::int64_t bytes_of_two_roads(const SegmentShape& shape) {
    return 2 * aligned_buffer_bytes<Cell>(buffer_cells(shape));
  }

  void use_halo(std::int64_t k) {
    halo_.left -= k;
    halo_.right -= k;
  }

 private:
  static void unpack(std::span<const std::uint64_t> words, std::int64_t count, Cell* cells) {
    for (std::int64_t done = 0; done < count; done += kWordCells) {
      const std::uint64_t word = words[static_cast<std::size_t>(done / kWordCells)];
      const std::int64_t step = std::min(kWordCells, count - done);
      for (std::int64_t bit = 0; bit < step; ++bit) {
        cells[done + bit] = static_cast<Cell>((word >> bit) & 1);
      }
    }
  }

  std::int64_t cells_;
  std::int64_t offset_;
  HaloWidth halo_;
  AlignedBuffer<Cell> road_;
};

}  // namespace trafficbench
