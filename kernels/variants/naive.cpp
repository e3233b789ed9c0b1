// naive: the course's loop. A cell is an int; one branch for the cell, one for its neighbour; a second road, copied
// back. It is the baseline of every speedup, so it stays as a student would write it.
#include <memory>

#include "kernels/variant.hpp"
#include "kernels/variants/cell_array.hpp"

namespace trafficbench::variant {

namespace {

/// Updates cells [first, last) once, from `old_road` into `new_road`; returns the number of cars that moved.
std::int64_t update_road(int* new_road, const int* old_road, std::int64_t first, std::int64_t last) {
  std::int64_t moves = 0;
  for (std::int64_t i = first; i < last; i++) {
    if (old_road[i] == 1) {
      if (old_road[i + 1] == 1) {
        new_road[i] = 1;
      } else {
        new_road[i] = 0;
        moves++;
      }
    } else {
      if (old_road[i - 1] == 1) {
        new_road[i] = 1;
      } else {
        new_road[i] = 0;
      }
    }
  }
  return moves;
}

class NaiveSegment final : public CellArraySegment<int> {
 public:
  explicit NaiveSegment(const SegmentShape& shape) : CellArraySegment(shape), new_road_(another_road()) {}

  void advance(std::int64_t k, std::span<MoveCount> moves) override {
    int* const old_cells = own();
    int* const new_cells = own_in(new_road_);
    for (std::int64_t t = 0; t < k; ++t) {
      const std::int64_t first = 1 - halo().left;
      const std::int64_t last = cells() + halo().right - 1;
      update_road(new_cells, old_cells, first, 0);
      const std::int64_t moved = update_road(new_cells, old_cells, 0, cells());
      update_road(new_cells, old_cells, cells(), last);
      for (std::int64_t i = first; i < last; i++) {
        old_cells[i] = new_cells[i];
      }
      if (!moves.empty() && moves[static_cast<std::size_t>(t)].wanted) {
        moves[static_cast<std::size_t>(t)].moves = moved;
      }
      use_halo(1);
    }
  }

  static std::unique_ptr<Segment> make(const SegmentShape& shape) { return std::make_unique<NaiveSegment>(shape); }
  static std::int64_t bytes(const SegmentShape& shape) { return bytes_of_two_roads(shape); }

 private:
  AlignedBuffer<int> new_road_;
};

}  // namespace

const Variant& naive() {
  static const Variant variant{.name = "naive",
                               .summary = "a cell is an int32: the course's loop, with its branches and its copy back",
                               .kernel_class = KernelClass::update,
                               .uses_simd = false,
                               .rate_depends_on_steps = true,
                               .nominal_rate = 0.6,
                               .make = NaiveSegment::make,
                               .bytes = NaiveSegment::bytes,
                               // Two roads of ints; each is read once and written once an iteration.
                               .work = {.bits_per_cell = 64, .bytes_per_update = 16, .bytes_per_trip = 16}};
  return variant;
}

}  // namespace trafficbench::variant
