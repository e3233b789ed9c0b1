// What the bit-sliced variants share: a segment cut into bit lanes, and trips through its memory.
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
// neighbour in another lane: before each trip, the words of the other end are copied there, shifted by one lane. What
// is outside the extended segment comes in at its two ends, a cell an iteration, and there uses up the halo.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/aligned_buffer.hpp"
#include "kernels/bitslice/lanes.hpp"
#include "kernels/bitslice/waves.hpp"
#include "kernels/segment.hpp"
#include "kernels/variant.hpp"

namespace trafficbench::bitslice {

/// How a trip goes through the memory of a segment.
struct TripPlan {
  std::int64_t levels = 0;       ///< iterations in one trip, at most; 0: those of one wave
  std::int64_t block_words = 0;  ///< words that every wave of a trip passes over before the next such block
};

/// Shape of the lanes of a segment.
struct LaneShape {
  std::int64_t lanes = 0;
  std::int64_t length = 0;  ///< cells of a lane = words of the segment

  /// For registers of `register_cells` bits. A short segment takes fewer lanes than that, so that each is long enough
  /// for a wave.
  static LaneShape of(const SegmentShape& shape, std::int64_t register_cells);
};

class BitsliceSegment final : public Segment {
 public:
  /// For the instruction set in use now; `waves` are of one of its sets.
  BitsliceSegment(const SegmentShape& shape, const TripPlan& plan, const FastestWaves& waves = fastest_waves());

  std::int64_t cells() const override { return cells_; }
  HaloWidth halo() const override { return halo_; }
  void load(const CellSource& source, std::int64_t first) override;
  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override;
  void set_halo(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right, HaloWidth width) override;
  void advance(std::int64_t k, std::span<MoveCount> moves) override;

  /// The plan as the segment carries it out: `levels` and `block_words` within what its lanes and waves allow.
  static TripPlan fitted(const TripPlan& plan, const SegmentShape& shape, const FastestWaves& waves = fastest_waves());

  /// Upper bound of the bytes that such a segment takes, the buffers of load and read included.
  static std::int64_t bytes(const SegmentShape& shape, const TripPlan& plan,
                            const FastestWaves& waves = fastest_waves());

 private:
  /// One wave of a trip.
  struct Stage {
    const Wave* wave = nullptr;
    const CountingWave* counting = nullptr;
    std::int64_t levels = 0;
    std::int64_t group = 0;
    std::int64_t next = 0;  ///< the word that it loads next
    std::int64_t end = 0;   ///< one past the last word that it loads
    std::uint64_t* state = nullptr;
    std::int64_t* moves = nullptr;  ///< of its levels, one each
  };

  std::uint64_t* word(std::int64_t j) { return words_.data() + (front_ + j) * register_words_; }
  const std::uint64_t* word(std::int64_t j) const { return words_.data() + (front_ + j) * register_words_; }

  std::int64_t plan_trip(std::int64_t most, std::span<const MoveCount> moves);
  void trip(std::int64_t levels);
  void run_groups(Stage& stage, std::int64_t groups);
  void run_counting(Stage& stage, std::int64_t groups);
  void fill_mask(std::int64_t j, std::uint64_t* mask) const;

  std::uint64_t read_bits(std::int64_t cell, std::int64_t count) const;
  void write_bits(std::int64_t cell, std::int64_t count, std::uint64_t bits);
  void read_lanes(std::int64_t cell, std::int64_t count, std::span<std::uint64_t> out) const;

  FastestWaves waves_;
  const LaneMoves& lane_moves_;
  std::int64_t register_words_;
  std::int64_t cells_;
  std::int64_t first_own_;  ///< own cell 0 in the extended segment
  LaneShape shape_;
  TripPlan plan_;
  std::int64_t front_;  ///< words before word 0, which a trip needs
  HaloWidth halo_;
  std::vector<Stage> stages_;
  std::vector<std::int64_t> counts_;
  AlignedBuffer<std::uint64_t> words_;
  AlignedBuffer<std::uint64_t> states_;
  AlignedBuffer<std::uint64_t> masks_;
};

}  // namespace trafficbench::bitslice
