// A segment of `paired`: a cell is a bit in a lane of its own, and trips turn it into pairs of cells, block by block.
//
// A trip of N iterations goes through the words once. Block by block, cells become pairs, go through all waves of the
// trip while the block is in the first-level cache, and become cells again. In the frame of the pairs (pair_waves.hpp)
// a place depends on places before it alone: so blocks follow each other without an overlap, and what passes from one
// to the next are the states of the waves. After N iterations the pairs at place j are those of cell j - N, which is
// where they are stored: nothing that is still to be read is overwritten.
//
//     places    -N            N                          length         length + N
//     time 0     |------------|---------------------------|--------------|     words read, margins included
//     time N                  |==========================================|     places that are right then
//                             cells 0 ..                       length - 1
//
// The cell at place N is known at the start, and is followed through all iterations in every lane: from it the pairs
// give all others.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/aligned_buffer.hpp"
#include "kernels/bitslice/lane_segment.hpp"
#include "kernels/bitslice/pair_waves.hpp"
#include "kernels/segment.hpp"
#include "kernels/variant.hpp"

namespace trafficbench::bitslice {

/// How a segment of pairs is worked on.
struct PairPlan {
  std::int64_t levels = 0;     ///< iterations of a trip, at most
  std::int64_t positions = 0;  ///< positions of a block

  /// For such a segment and the words of `set`.
  static PairPlan of(const SegmentShape& shape, const PairSet& set);
};

class PairedSegment final : public LaneSegment {
 public:
  /// For the instruction set in use now.
  explicit PairedSegment(const SegmentShape& shape);

  void advance(std::int64_t k, std::span<MoveCount> moves) override;

  /// Upper bound of the bytes that such a segment takes.
  static std::int64_t bytes(const SegmentShape& shape);

 private:
  PairedSegment(const SegmentShape& shape, const PairSet& set, const PairPlan& plan);

  /// A wave of a trip.
  struct Stage {
    const PairWave* wave = nullptr;
    const PairCountingWave* counting = nullptr;  ///< of as many levels; nullptr if nobody wants the counts
    std::int64_t level = 0;                      ///< iterations of the trip before it
    std::uint64_t* state = nullptr;
    std::uint64_t* sums = nullptr;
  };

  /// The cells [first, last) of the frame, both even, that a trip counts.
  struct Counted {
    std::int64_t first = 0;
    std::int64_t last = 0;
  };

  void plan_trip(std::int64_t levels, std::span<const MoveCount> moves);
  void trip(std::int64_t levels, Counted counted);
  void run_blocks(std::int64_t first, std::int64_t last, std::int64_t levels, bool count);
  void follow(std::int64_t levels);
  void trip_and_count(std::int64_t levels, std::span<MoveCount> moves);

  const PairSet& set_;
  PairPlan plan_;
  std::vector<Stage> stages_;
  std::vector<std::int64_t> counts_;
  AlignedBuffer<std::uint64_t> pairs_;
  AlignedBuffer<std::uint64_t> states_;
  AlignedBuffer<std::uint64_t> sums_;
  AlignedBuffer<std::uint64_t> mask_;
  AlignedBuffer<std::uint64_t> followed_;
};

}  // namespace trafficbench::bitslice
