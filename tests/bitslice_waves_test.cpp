// Every wave that was compiled, not only those that win on this machine, against one plain iteration a level.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <string>
#include <vector>

#include "kernels/aligned_buffer.hpp"
#include "kernels/bits.hpp"
#include "kernels/bitslice/lanes.hpp"
#include "kernels/bitslice/segment.hpp"
#include "kernels/bitslice/waves.hpp"
#include "kernels/isa.hpp"
#include "kernels/packed_road.hpp"
#include "kernels/start_state.hpp"
#include "tests/instruction_sets.hpp"
#include "tests/plain_road.hpp"
#include "tests/random_choices.hpp"
#include "tests/trying.hpp"

namespace trafficbench::bitslice {

namespace {

class BitsliceWaves : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { isa_.emplace(GetParam()); }

 private:
  std::optional<WithIsa> isa_;
};

constexpr std::int64_t kBefore = 32;  // words in front, for what a wave stores behind itself
constexpr std::int64_t kGroups = 5;

/// Words of `register_words` 64-bit words; 64 lanes in each of these.
struct Words {
  std::int64_t register_words;
  std::vector<std::uint64_t> data;

  /// The words after `levels` iterations. moves[i] gets the cars that move in iteration i from the lanes mask(x, part)
  /// of those words x that level i of a wave then counts: [first, last), each less i + 1.
  template <class Mask>
  std::vector<std::uint64_t> after(int levels, const Mask& mask, std::int64_t first, std::int64_t last,
                                   std::vector<std::int64_t>& moves) const {
    std::vector<std::uint64_t> road = data;
    const auto step = static_cast<std::size_t>(register_words);
    moves.assign(static_cast<std::size_t>(levels), 0);
    for (int level = 0; level < levels; ++level) {
      std::vector<std::uint64_t> next = road;
      for (std::size_t i = step; i + step < road.size(); ++i) {
        next[i] = (road[i] & road[i + step]) | (~road[i] & road[i - step]);
        const auto word = static_cast<std::int64_t>(i / step);
        if (word < first - level - 1 || word >= last - level - 1) continue;
        moves[static_cast<std::size_t>(level)] += std::popcount(road[i] & ~road[i + step] & mask(word, i % step));
      }
      road = next;
    }
    return road;
  }
};

Words random_words(std::int64_t words, int register_words, unsigned seed) {
  Random random(seed);
  Words made{register_words, std::vector<std::uint64_t>(static_cast<std::size_t>(words * register_words))};
  for (auto& word : made.data) word = random.word();
  return made;
}

/// Runs a wave in two calls over random words, the state carried over, and compares what it stores.
template <class AnyWave, class Run, class Mask>
void check(const WaveSet& set, const AnyWave& wave, const Run& run, const Mask& mask, bool counted) {
  const std::int64_t words = kGroups * wave.group;
  const Words start = random_words(kBefore + words + 40, set.register_words, 3);
  AlignedBuffer<std::uint64_t> road(static_cast<std::int64_t>(start.data.size()));
  std::ranges::copy(start.data, road.data());
  AlignedBuffer<std::uint64_t> state(2 * wave.levels * set.register_words);
  const auto at = [&](std::int64_t word) { return road.data() + word * set.register_words; };
  // The first groups fill the registers; only the others are checked.
  const std::int64_t filling = (2 * wave.levels + wave.group - 1) / wave.group;
  ASSERT_LT(filling, kGroups);
  std::vector<std::int64_t> moves(static_cast<std::size_t>(wave.levels), 0);
  run(at(kBefore), filling, state.data(), moves.data());
  std::ranges::fill(moves, 0);
  const std::int64_t first = kBefore + filling * wave.group;
  run(at(first), 1, state.data(), moves.data());
  run(at(first + wave.group), kGroups - filling - 1, state.data(), moves.data());

  std::vector<std::int64_t> expected_moves;
  const auto expected = start.after(wave.levels, mask, first, kBefore + words, expected_moves);
  for (std::int64_t word = first; word < kBefore + words; ++word) {
    for (int i = 0; i < set.register_words; ++i) {
      const std::int64_t to = (word - wave.levels) * set.register_words + i;
      ASSERT_EQ(road[static_cast<std::size_t>(to)], expected[static_cast<std::size_t>(to)])
          << "word " << word << " part " << i;
    }
  }
  if (counted) {
    EXPECT_EQ(moves, expected_moves);
  }
}

TEST_P(BitsliceWaves, MakeTheIterationsOfTheirLevels) {
  for (const WaveSet& set : wave_sets()) {
    for (const Wave& wave : set.waves) {
      const Trying trying(
          {{"lanes", set.register_words * 64}, {"levels", wave.levels}, {"words", wave.words}, {"plain", wave.plain}});
      check(
          set, wave,
          [&](std::uint64_t* words, std::int64_t groups, std::uint64_t* state, std::int64_t*) {
            wave.run(words, groups, state);
          },
          [](std::int64_t, std::size_t) { return ~std::uint64_t{0}; }, false);
    }
  }
}

TEST_P(BitsliceWaves, CountTheMovesWhereTheyAreToCount) {
  for (const WaveSet& set : wave_sets()) {
    for (const CountingWave& wave : set.counting) {
      const Trying trying({{"lanes", set.register_words * 64}, {"levels", wave.levels}});
      AlignedBuffer<std::uint64_t> masks((wave.group + wave.levels) * set.register_words);
      Random random(5);
      for (std::size_t i = 0; i < masks.size(); ++i) masks[i] = random.word();
      check(
          set, wave,
          [&](std::uint64_t* words, std::int64_t groups, std::uint64_t* state, std::int64_t* moves) {
            wave.run_uniform(words, groups, state, masks.data(), moves);
          },
          [&](std::int64_t, std::size_t part) { return masks[part]; }, true);
    }
  }
}

// Segments made with each set's waves, whichever is the fastest, hold and count the same.
TEST_P(BitsliceWaves, OfEverySetMakeTheSameSegments) {
  constexpr std::int64_t kCells = 30'011;
  constexpr std::int64_t kDepth = 61;
  const auto start = philox_start(kCells + 2 * kDepth, 0.45, 17);
  std::vector<std::uint64_t> left(static_cast<std::size_t>(words_for(kDepth)));
  auto right = left;
  start->read(0, kDepth, left);
  start->read(kDepth + kCells, kDepth, right);

  Cells expected(static_cast<std::size_t>(kCells + 2 * kDepth));
  const PackedRoad all(*start, 0, std::ssize(expected));
  for (std::int64_t i = 0; i < all.cells(); ++i) expected[static_cast<std::size_t>(i)] = all.car(i);
  std::vector<std::int64_t> expected_moves;
  for (std::int64_t t = 0; t < kDepth; ++t) expected_moves.push_back(advance_line(expected, kDepth - t, kCells));
  for (const WaveSet& set : wave_sets()) {
    for (const CountingWave& counting : set.counting) {
      for (const Wave& wave : set.waves) {
        const Trying trying(
            {{"lanes", set.register_words * 64}, {"levels", wave.levels}, {"levels that count", counting.levels}});
        BitsliceSegment segment({kCells, {kDepth, kDepth}, {}}, {}, {&set, &wave, &counting});
        segment.load(*start, kDepth);
        segment.set_halo(left, right, {kDepth, kDepth});
        std::vector<MoveCount> moves(static_cast<std::size_t>(kDepth));
        for (std::size_t t = 0; t < moves.size(); ++t) moves[t].wanted = t / 16 % 2 == 0;
        segment.advance(kDepth, moves);
        for (std::size_t t = 0; t < moves.size(); ++t) {
          if (moves[t].wanted) {
            ASSERT_EQ(moves[t].moves, expected_moves[t]) << "iteration " << t;
          }
        }
        std::vector<std::uint64_t> cells(static_cast<std::size_t>(words_for(kCells)));
        segment.read(0, kCells, cells);
        ASSERT_EQ(cells, pack(expected, 0, kCells));
      }
    }
  }
}

class MovesOfLanes : public BitsliceWaves {};

TEST_P(MovesOfLanes, MakeLanesOfWordsAndWordsOfLanes) {
  for (const WaveSet& set : wave_sets()) {
    const Trying trying({{"lanes", set.register_words * 64}});
    const LaneMoves& lanes = lane_moves(set.register_words);
    ASSERT_EQ(lanes.register_words, set.register_words);
    const auto width = static_cast<std::size_t>(set.register_words);
    const Words start = random_words(64, set.register_words, 9);
    AlignedBuffer<std::uint64_t> rows(64 * set.register_words);
    std::ranges::copy(start.data, rows.data());
    lanes.transpose(rows.data());
    for (std::size_t i = 0; i < 64 * width; ++i) {
      for (std::size_t bit = 0; bit < 64; ++bit) {
        ASSERT_EQ((rows[i] >> bit) & 1, (start.data[bit * width + i % width] >> (i / width)) & 1)
            << "word " << i << ", bit " << bit;
      }
    }
  }
}

TEST_P(MovesOfLanes, GiveEachLaneTheCellOfTheOneBeforeOrAfter) {
  for (const WaveSet& set : wave_sets()) {
    const LaneMoves& lanes = lane_moves(set.register_words);
    const auto width = static_cast<std::size_t>(set.register_words);
    const Words start = random_words(64, set.register_words, 9);
    AlignedBuffer<std::uint64_t> rows(64 * set.register_words);
    std::ranges::copy(start.data, rows.data());
    AlignedBuffer<std::uint64_t> before(64 * set.register_words);
    AlignedBuffer<std::uint64_t> after(64 * set.register_words);
    lanes.from_lane_before(rows.data(), before.data(), 64);
    lanes.from_lane_after(rows.data(), after.data(), 64);
    const auto cells = 64 * static_cast<std::int64_t>(width);
    for (std::size_t word = 0; word < 64; ++word) {
      const std::span from(rows.data() + word * width, width);
      const std::span up(before.data() + word * width, width);
      const std::span down(after.data() + word * width, width);
      for (std::int64_t lane = 0; lane < cells; ++lane) {
        ASSERT_EQ(get_cell(up, lane), lane > 0 && get_cell(from, lane - 1)) << "lane " << lane << " of " << cells;
        ASSERT_EQ(get_cell(down, lane), lane + 1 < cells && get_cell(from, lane + 1))
            << "lane " << lane << " of " << cells;
      }
    }
  }
}

std::string name_of(const testing::TestParamInfo<std::string>& isa) { return isa.param; }

INSTANTIATE_TEST_SUITE_P(Isas, BitsliceWaves, testing::ValuesIn(isas_that_run()), name_of);
INSTANTIATE_TEST_SUITE_P(Isas, MovesOfLanes, testing::ValuesIn(isas_that_run()), name_of);

}  // namespace

}  // namespace trafficbench::bitslice
