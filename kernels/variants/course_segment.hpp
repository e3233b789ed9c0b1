// A segment that the course's loop advances, whatever that loop was compiled for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "kernels/variants/cell_array.hpp"

namespace trafficbench::variant {

template <std::int64_t (*Iterate)(int* new_road, int* old_road, std::int64_t first, std::int64_t cells,
                                  std::int64_t last)>
class CourseSegment final : public CellArraySegment<int> {
 public:
  explicit CourseSegment(const SegmentShape& shape) : CellArraySegment(shape), new_road_(another_road()) {}

  void advance(std::int64_t k, std::span<MoveCount> moves) override {
    int* const old_cells = own();
    int* const new_cells = own_in(new_road_);
    for (std::int64_t t = 0; t < k; ++t) {
      const std::int64_t moved = Iterate(new_cells, old_cells, 1 - halo().left, cells(), cells() + halo().right - 1);
      if (!moves.empty() && moves[static_cast<std::size_t>(t)].wanted) {
        moves[static_cast<std::size_t>(t)].moves = moved;
      }
      use_halo(1);
    }
  }

  static std::unique_ptr<Segment> make(const SegmentShape& shape) { return std::make_unique<CourseSegment>(shape); }
  static std::int64_t bytes(const SegmentShape& shape) { return bytes_of_two_roads(shape); }

 private:
  AlignedBuffer<int> new_road_;
};

/// Two roads of ints; each is read once and written once an iteration.
inline constexpr Work kCourseWork{.bits_per_cell = 64, .bytes_per_update = 16, .bytes_per_trip = 16};

}  // namespace trafficbench::variant
