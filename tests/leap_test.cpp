// Long jumps of leap against two others: its states against the closed form, its moves of every iteration against those
// of a kernel that updates every cell.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/registry.hpp"
#include "tests/expected_end.hpp"
#include "tests/instruction_sets.hpp"
#include "tests/random_choices.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

std::vector<std::uint64_t> ring_cells(const CellSource& ring, std::int64_t first, std::int64_t count) {
  std::vector<std::uint64_t> cells(static_cast<std::size_t>(words_for(count)));
  read_ring(ring, first, count, cells);
  return cells;
}

class LongJumps : public testing::TestWithParam<std::string> {
 protected:
  const WithIsa isa_{GetParam()};
};

TEST_P(LongJumps, AgreeWithClosedFormAndUpdates) {
  for (int trial = 0; trial < trials(12); ++trial) {
    Random random(static_cast<unsigned>(trial));
    const PackedRoad start = random.road(random.pick(1, 60000));
    const std::int64_t cells = start.cells();
    const std::int64_t k = random.pick(1, random.one_in(2) ? 3 * cells : 5000);
    const Trying trying({{"trial", trial}, {"cells", cells}, {"iterations", k}});
    const PackedRoad after = expected_end(start, k).road;

    const auto jump = [&](const char* name, std::span<MoveCount> counts) {
      const Variant& variant = *find_variant(name);
      const auto segment = make_segment(variant, {cells, {k, k}, {}}, 1);
      segment->load(start, 0);
      segment->set_halo(ring_cells(start, -k, k), ring_cells(start, 0, k), {k, k});
      segment->advance(k, counts);
      ASSERT_EQ(PackedRoad(*segment, 0, cells), after) << name;
    };
    std::vector<MoveCount> moves(static_cast<std::size_t>(k));
    std::vector<MoveCount> expected = moves;
    jump("leap", {});
    jump("leap", moves);
    jump("bitpacked", expected);
    for (std::size_t t = 0; t < moves.size(); ++t) {
      ASSERT_EQ(moves[t].moves, expected[t].moves) << "iteration " << t;
    }
    std::vector<MoveCount> last(static_cast<std::size_t>(k), {false, 0});
    last.back().wanted = true;
    jump("leap", last);
    ASSERT_EQ(last.back().moves, expected.back().moves);
  }
}

INSTANTIATE_TEST_SUITE_P(Isas, LongJumps, testing::ValuesIn(isas_that_run()),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace trafficbench
