// The example kernel of docs/kernels.md keeps every promise of the interface.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "kernels/packed_road.hpp"
#include "kernels/registry.hpp"
#include "kernels/ring.hpp"
#include "kernels/start_state.hpp"
#include "tests/choosing_kernel.hpp"
#include "tests/expected_end.hpp"
#include "tests/trying.hpp"

namespace trafficbench {

namespace {

TEST(ExampleKernel, EqualsTheClosedFormOnRings) {
  for (const std::int64_t cells : {1, 2, 63, 64, 65, 127, 128, 700, 4097}) {
    for (const double density : {0.0, 0.52, 1.0}) {
      const PackedRoad start(*philox_start(cells, density, 11), 0, cells);
      for (const int threads : {1, 3}) {
        for (const std::int64_t depth : {1, 7, 64}) {
          Ring ring(variant::example(), cells, {.threads = threads, .depth = depth, .tuning = {}});
          for (const std::int64_t iterations : {1, 65, 130}) {
            const Trying trying({{"cells", cells},
                                 {"density", density},
                                 {"threads", threads},
                                 {"depth", depth},
                                 {"iterations", iterations}});
            ring.load(start);
            std::vector<MoveCount> moves(static_cast<std::size_t>(iterations));
            ring.advance(iterations, moves);
            const ExpectedEnd expected = expected_end(start, iterations);
            EXPECT_EQ(PackedRoad(ring.cells(), 0, cells), expected.road);
            EXPECT_EQ(total_of(moves), expected.moves.total);
            EXPECT_EQ(moves.back().moves, expected.moves.last);
          }
        }
      }
    }
  }
}

TEST(ExampleKernel, AdvancesAPieceOfRoadByItsHaloAlone) {
  constexpr std::int64_t kRing = 1000;
  constexpr std::int64_t kIterations = 70;
  const PackedRoad start(*philox_start(kRing, 0.5, 3), 0, kRing);
  const PackedRoad expected = expected_end(start, kIterations).road;
  for (const std::int64_t first : {100, 163, 500}) {
    for (const std::int64_t cells : {1, 64, 333}) {
      // The sides need not be alike, and only a part of the most may be shown.
      const SegmentShape shape{.cells = cells, .max_halo = {90, 130}, .tuning = {}};
      const auto segment = make_segment(variant::example(), shape, 1);
      segment->load(start, first);
      std::vector<std::uint64_t> left(2);
      std::vector<std::uint64_t> right(2);
      const HaloWidth width{kIterations, kIterations + 5};
      read_ring(start, first - width.left, width.left, left);
      read_ring(start, first + cells, width.right, right);
      segment->set_halo(left, right, width);
      segment->advance(kIterations - 30, {});
      segment->advance(30, {});
      EXPECT_EQ(segment->halo(), (HaloWidth{0, 5}));
      EXPECT_EQ(PackedRoad(*segment, 0, cells), PackedRoad(expected, first, cells))
          << "first " << first << ", cells " << cells;
    }
  }
}

TEST(ExampleKernel, CountsEveryCarOnceAmongThreads) {
  constexpr std::int64_t kCells = 640;
  const PackedRoad start(*pattern_start(kCells, "10"), 0, kCells);
  for (const int threads : {1, 2, 5}) {
    Ring ring(variant::example(), kCells, {.threads = threads, .depth = 3, .tuning = {}});
    ring.load(start);
    std::vector<MoveCount> moves(4);
    ring.advance(4, moves);
    for (const MoveCount& count : moves) EXPECT_EQ(count.moves, start.cars()) << "threads " << threads;
  }
}

}  // namespace
}  // namespace trafficbench
