// Segments of bitsliced and tiled: trips of waves through the words of a LaneRoad.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/aligned_buffer.hpp"
#include "kernels/bitslice/lane_segment.hpp"
#include "kernels/bitslice/waves.hpp"
#include "kernels/segment.hpp"
#include "kernels/variant.hpp"

namespace trafficbench::bitslice {

/// How a trip goes through the memory of a segment.
struct TripPlan {
  std::int64_t levels = 0;       ///< iterations in one trip, at most; 0: those of one wave
  std::int64_t block_words = 0;  ///< words that every wave of a trip passes over before the next such block
};

class BitsliceSegment final : public LaneSegment {
 public:
  /// For the instruction set in use now; `waves` are of one of its sets.
  BitsliceSegment(const SegmentShape& shape, const TripPlan& plan, const FastestWaves& waves = fastest_waves());

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

  std::int64_t plan_trip(std::int64_t most, std::span<const MoveCount> moves);
  void trip(std::int64_t levels);
  void run_groups(Stage& stage, std::int64_t groups);
  void run_counting(Stage& stage, std::int64_t groups);
  void find_own_lanes();
  const std::uint64_t* own_lanes(std::int64_t j) const;
  const std::uint64_t* masks_round(std::int64_t i, std::int64_t j) const;

  FastestWaves waves_;
  TripPlan plan_;
  std::vector<Stage> stages_;
  std::vector<std::int64_t> counts_;
  AlignedBuffer<std::uint64_t> states_;
  std::array<std::int64_t, 4> changes_{};   ///< the words at which own_lanes changes
  AlignedBuffer<std::uint64_t> masks_;      ///< own_lanes of the words before and after each of changes_
  AlignedBuffer<std::uint64_t> own_lanes_;  ///< word 0: none; word i + 1: from changes_[i] to changes_[i + 1]
};

}  // namespace trafficbench::bitslice
