#include "kernels/ring.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/closed_form.hpp"
#include "kernels/packed_road.hpp"
#include "kernels/registry.hpp"
#include "kernels/start_state.hpp"

namespace trafficbench {
namespace {

struct Expected {
  PackedRoad road;
  ClosedForm::Moves moves;
};

Expected expected_after(const PackedRoad& start, std::int64_t iterations) {
  const ClosedForm closed_form(start, start.cars(), iterations);
  PackedRoad road(start.cells());
  const ClosedForm::Moves moves = closed_form.state(0, start.cells(), road.words());
  return {road, moves};
}

class RingTest : public testing::TestWithParam<const Variant*> {};

TEST_P(RingTest, GoesRoundWhateverTheDepthAndTheThreads) {
  for (const std::int64_t cells : {1, 2, 63, 65, 700, 4097}) {
    const PackedRoad start(*philox_start(cells, 0.4, 7), 0, cells);
    for (const int threads : {1, 3}) {
      for (const std::int64_t depth : {1, 7, 64, 130}) {
        Ring ring(*GetParam(), cells, {.threads = threads, .depth = depth, .tuning = {}});
        for (const std::int64_t iterations : {0, 1, 129, 300}) {
          ring.load(start);
          std::vector<MoveCount> moves(static_cast<std::size_t>(iterations));
          ring.advance(iterations, moves);
          const Expected expected = expected_after(start, iterations);
          const std::string point = "cells " + std::to_string(cells) + ", threads " + std::to_string(threads) +
                                    ", depth " + std::to_string(depth) + ", iterations " + std::to_string(iterations);
          EXPECT_EQ(PackedRoad(ring.cells(), 0, cells), expected.road) << point;
          std::int64_t total = 0;
          for (const MoveCount& count : moves) total += count.moves;
          EXPECT_EQ(total, expected.moves.total) << point;
        }
      }
    }
  }
}

TEST_P(RingTest, CountsTheLastIterationAlone) {
  constexpr std::int64_t kCells = 5000;
  constexpr std::int64_t kIterations = 200;
  const PackedRoad start(*philox_start(kCells, 0.6, 11), 0, kCells);
  Ring ring(*GetParam(), kCells, {.depth = 64, .tuning = {}});
  ring.load(start);
  std::vector<MoveCount> moves(kIterations, MoveCount{.wanted = false});
  moves.back().wanted = true;
  ring.advance(kIterations, moves);
  const Expected expected = expected_after(start, kIterations);
  EXPECT_EQ(moves.back().moves, expected.moves.last);
  EXPECT_EQ(PackedRoad(ring.cells(), 0, kCells), expected.road);
}

TEST_P(RingTest, GoesOnFromWhereItIs) {
  constexpr std::int64_t kCells = 1000;
  const PackedRoad start(*philox_start(kCells, 0.5, 3), 0, kCells);
  Ring ring(*GetParam(), kCells, {.threads = 2, .depth = 10, .tuning = {}});
  ring.load(start);
  ring.advance(33);
  ring.advance(9);
  EXPECT_EQ(PackedRoad(ring.cells(), 0, kCells), expected_after(start, 42).road);
}

INSTANTIATE_TEST_SUITE_P(Variants, RingTest, testing::ValuesIn(variants().begin(), variants().end()),
                         [](const auto& tested) { return std::string(tested.param->name); });

}  // namespace
}  // namespace trafficbench
