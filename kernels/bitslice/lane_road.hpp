// The memory of a segment that is cut into bit lanes.
//
// The extended segment [left halo | own cells | right halo] is cut into lanes of `length` consecutive cells. Word j
// holds cell j of every lane, one bit a lane, in one vector register:
//
//     lane 0:  cell 0         cell 1         ...  cell length-1
//     lane 1:  cell length    cell length+1  ...  cell 2 length-1
//     lane 2:  ...
//              word 0         word 1         ...  word length-1
//
// The neighbours of all cells of a word are then the words before and after it. Only at the ends of the lanes is the
// neighbour in another lane: before each trip through the words, those of the other end are copied there, shifted by
// one lane. What is outside the extended segment comes in at its two ends, a cell an iteration, and there uses up the
// halo.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/aligned_buffer.hpp"
#include "kernels/bitslice/lanes.hpp"
#include "kernels/segment.hpp"
#include "kernels/variant.hpp"

namespace trafficbench::bitslice {

/// Shape of the lanes of a segment.
struct LaneShape {
  std::int64_t lanes = 0;
  std::int64_t length = 0;  ///< cells of a lane = words of the segment

  /// For registers of `register_cells` bits. A short segment takes fewer lanes than that, so that each is long enough
  /// for a wave. The length is a multiple of `multiple`.
  static LaneShape of(const SegmentShape& shape, std::int64_t register_cells, std::int64_t multiple = 1);
};

/// Holds one bit a cell, in words of register_words 64-bit words. Cells are numbered from the extended segment's first.
class LaneRoad {
 public:
  /// With `margin` words before and after those of the lanes.
  LaneRoad(const SegmentShape& shape, const LaneShape& lanes, std::int64_t register_words, std::int64_t margin);

  std::int64_t cells() const { return cells_; }          ///< own cells
  std::int64_t first_own() const { return first_own_; }  ///< own cell 0
  std::int64_t length() const { return shape_.length; }
  std::int64_t register_words() const { return register_words_; }

  /// Word j of the lanes; -margin <= j < length + margin.
  std::uint64_t* word(std::int64_t j) { return words_.data() + (margin_ + j) * register_words_; }
  const std::uint64_t* word(std::int64_t j) const { return words_.data() + (margin_ + j) * register_words_; }

  /// As those of Segment.
  void load(const CellSource& source, std::int64_t first);
  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const;
  void set_halo(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right, HaloWidth width);

  /// `count` cells of the extended segment from `cell` on, packed.
  void read_extended(std::int64_t cell, std::int64_t count, std::span<std::uint64_t> out) const;

  /// Copies `count` <= length words of each end to the other end's margin, shifted by a lane.
  void fill_margins(std::int64_t count);

  /// Sets in `mask`, a word, the lanes l of which cell l * length + j is one of [first, last).
  void fill_mask(std::int64_t first, std::int64_t last, std::int64_t j, std::uint64_t* mask) const;

  /// Upper bound of the bytes that such a road takes, the buffers of load and read included.
  static std::int64_t bytes(const LaneShape& lanes, std::int64_t register_words, std::int64_t margin);

 private:
  std::uint64_t read_bits(std::int64_t cell, std::int64_t count) const;
  void write_bits(std::int64_t cell, std::int64_t count, std::uint64_t bits);
  void read_lanes(std::int64_t cell, std::int64_t count, std::span<std::uint64_t> out) const;

  const LaneMoves& lane_moves_;
  std::int64_t register_words_;
  std::int64_t cells_;
  std::int64_t first_own_;
  LaneShape shape_;
  std::int64_t margin_;
  AlignedBuffer<std::uint64_t> words_;
};

}  // namespace trafficbench::bitslice
