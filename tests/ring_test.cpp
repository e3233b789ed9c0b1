#include "kernels/ring.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "kernels/packed_road.hpp"
#include "kernels/start_state.hpp"
#include "tests/every_variant.hpp"
#include "tests/expected_end.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

class RingOfAVariant : public testing::TestWithParam<const Variant*> {};

TEST_P(RingOfAVariant, GoesRoundWhateverTheDepthAndTheThreads) {
  for (const std::int64_t cells : {1, 2, 63, 65, 700, 4097}) {
    const PackedRoad start(*philox_start(cells, 0.4, 7), 0, cells);
    for (const int threads : {1, 3}) {
      for (const std::int64_t depth : {1, 7, 64, 130}) {
        Ring ring(*GetParam(), cells, {.threads = threads, .depth = depth, .tuning = {}});
        for (const std::int64_t iterations : {0, 1, 129, 300}) {
          const Trying trying({{"cells", cells}, {"threads", threads}, {"depth", depth}, {"iterations", iterations}});
          ring.load(start);
          std::vector<MoveCount> moves(static_cast<std::size_t>(iterations));
          ring.advance(iterations, moves);
          const ExpectedEnd expected = expected_end(start, iterations);
          EXPECT_EQ(PackedRoad(ring.cells(), 0, cells), expected.road);
          EXPECT_EQ(total_of(moves), expected.moves.total);
        }
      }
    }
  }
}

TEST_P(RingOfAVariant, CountsTheLastIterationAlone) {
  constexpr std::int64_t kCells = 5000;
  constexpr std::int64_t kIterations = 200;
  const PackedRoad start(*philox_start(kCells, 0.6, 11), 0, kCells);
  Ring ring(*GetParam(), kCells, {.depth = 64, .tuning = {}});
  ring.load(start);
  std::vector<MoveCount> moves(kIterations, MoveCount{.wanted = false});
  moves.back().wanted = true;
  ring.advance(kIterations, moves);
  const ExpectedEnd expected = expected_end(start, kIterations);
  EXPECT_EQ(moves.back().moves, expected.moves.last);
  EXPECT_EQ(PackedRoad(ring.cells(), 0, kCells), expected.road);
}

TEST_P(RingOfAVariant, GoesOnFromWhereItIs) {
  constexpr std::int64_t kCells = 1000;
  const PackedRoad start(*philox_start(kCells, 0.5, 3), 0, kCells);
  Ring ring(*GetParam(), kCells, {.threads = 2, .depth = 10, .tuning = {}});
  ring.load(start);
  ring.advance(33);
  ring.advance(9);
  EXPECT_EQ(PackedRoad(ring.cells(), 0, kCells), expected_end(start, 42).road);
}

INSTANTIATE_TEST_SUITE_P(Variants, RingOfAVariant, every_variant(), name_of_variant_test);

}  // namespace
}  // namespace trafficbench
