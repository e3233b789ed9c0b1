// A segment in three parts, so that its inside can advance while the halos for its ends are still on their way.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernels/block.hpp"
#include "kernels/variant.hpp"

namespace trafficbench {

/// The inside needs cells of the two ends as its halo, and no other: both lie in this segment. So it can advance before
/// set_halo, and the ends follow. What it costs are 2 * depth cells that are computed twice in each iteration, once by
/// an end and once by the inside.
class SplitSegment final : public Segment {
 public:
  /// The inside has `threads` threads, the ends one each. The shape must fit().
  SplitSegment(const Variant& variant, const SegmentShape& shape, int threads);

  /// Whether a segment is long enough: each part lends the others a whole halo.
  static bool fits(const SegmentShape& shape);

  /// Upper bound of the bytes that the constructor takes.
  static std::int64_t bytes(const Variant& variant, const SegmentShape& shape, int threads);

  /// Advances the inside alone, k iterations, at most as many as the halos that set_halo will give. Then come set_halo
  /// and advance(k) with as many counts, to which this adds.
  void advance_inside(std::int64_t k, std::span<MoveCount> moves);

  /// The same, and what the threads of the inside did.
  ThreadSeconds timed_advance_inside(std::int64_t k, std::span<MoveCount> moves);

  std::int64_t cells() const override { return shape_.cells; }
  HaloWidth halo() const override { return {parts_[kLeft].segment->halo().left, parts_[kRight].segment->halo().right}; }
  void load(const CellSource& source, std::int64_t first) override;
  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override;
  void set_halo(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right, HaloWidth width) override;
  void advance(std::int64_t k, std::span<MoveCount> moves) override;

 private:
  enum Place { kLeft, kInside, kRight };

  struct Part {
    Block block;
    std::unique_ptr<Segment> segment;
  };

  static std::array<Block, 3> blocks_of(const SegmentShape& shape);
  static SegmentShape shape_of_part(const SegmentShape& shape, const Block& block);

  /// What the parts lend each other, as they are now.
  void take_edges();
  /// Shows the inside its halo, and notes that it goes ahead.
  void begin_inside(std::int64_t k, std::span<MoveCount> moves);
  void advance_part(Place place, std::int64_t k, std::span<MoveCount> moves);

  SegmentShape shape_;
  std::array<Part, 3> parts_;
  // Cells next to the two cuts, as many as a halo has: of an end, and of the inside.
  std::vector<std::uint64_t> end_of_left_;
  std::vector<std::uint64_t> begin_of_inside_;
  std::vector<std::uint64_t> end_of_inside_;
  std::vector<std::uint64_t> begin_of_right_;
  std::vector<MoveCount> moves_;  // of the inside, while it is ahead
  std::vector<MoveCount> part_moves_;
  std::int64_t ahead_ = 0;  // iterations that the inside has made and the ends have not
};

}  // namespace trafficbench
