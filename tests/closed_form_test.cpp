// The closed form against cells moved one by one: every short ring, and longer ones read in pieces.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/closed_form.hpp"
#include "tests/plain_road.hpp"
#include "tests/random_choices.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

TEST(ClosedForm, IsRightOnEveryRingUpToTwelveCells) {
  for (std::int64_t cells = 1; cells <= 12; ++cells) {
    for (std::uint64_t state = 0; state < std::uint64_t{1} << cells; ++state) {
      PackedRoad start(cells);
      start.words()[0] = state;
      PackedRoad road = start;
      std::int64_t total = 0;
      std::int64_t last = 0;
      for (std::int64_t t = 0; t <= 2 * cells + 3; ++t) {
        PackedRoad closed(cells);
        const ClosedForm form(start, start.cars(), t);
        const ClosedForm::Moves moves = form.state(0, cells, closed.words());
        ASSERT_EQ(closed, road) << cells << " cells, state " << state << ", t " << t;
        ASSERT_EQ(moves.total, total) << cells << " cells, state " << state << ", t " << t;
        ASSERT_EQ(moves.last, last) << cells << " cells, state " << state << ", t " << t;
        if (t > (cells - 1) / 2) {
          ASSERT_EQ(form.steady_moves(), last) << cells << " cells, state " << state << ", t " << t;
        }
        last = advance_ring(road);
        total += last;
      }
    }
  }
}

/// Cuts [0, cells) into 1 to 6 ranges at random places.
std::vector<std::int64_t> random_cuts(Random& random, std::int64_t cells) {
  std::vector<std::int64_t> cuts{0, cells};
  for (std::int64_t i = random.pick(0, 5); i > 0; --i) cuts.push_back(random.pick(0, cells));
  std::ranges::sort(cuts);
  return cuts;
}

TEST(ClosedForm, AddsUpOverRangesThatTileARing) {
  Random random(1);
  for (int trial = 0; trial < trials(1500); ++trial) {
    const PackedRoad start = random.road(random.pick(1, trial % 3 == 0 ? 60 : 500));
    const std::int64_t cells = start.cells();
    const std::int64_t iterations = random.pick(0, trial % 2 == 0 ? 2 * cells + 5 : 40);
    const Trying trying({{"trial", trial}, {"cells", cells}, {"iterations", iterations}});

    PackedRoad road = start;
    const RingMoves expected = advance_ring(road, iterations);

    const ClosedForm form(start, start.cars(), iterations);
    ClosedForm::Moves sum;
    const std::vector<std::int64_t> cuts = random_cuts(random, cells);
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      const std::int64_t count = cuts[i + 1] - cuts[i];
      PackedRoad part(count);
      std::int64_t next = cuts[i];
      const ClosedForm::Moves moves = form.states(
          cuts[i], count, [&](std::span<const std::uint64_t> words, std::int64_t first, std::int64_t in_block) {
            ASSERT_EQ(first, next);
            copy_cells(words, 0, part.words(), first - cuts[i], in_block);
            next += in_block;
          });
      ASSERT_EQ(next, cuts[i + 1]);
      ASSERT_EQ(part, PackedRoad(road, cuts[i], count)) << "range from " << cuts[i];
      sum.total += moves.total;
      sum.last += moves.last;
    }
    ASSERT_EQ(sum.total, expected.total);
    ASSERT_EQ(sum.last, expected.last);
  }
}

}  // namespace
}  // namespace trafficbench
