// The inner loops of `paired`, every one that was compiled, against plain iterations of the cells.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <string>
#include <vector>

#include "kernels/aligned_buffer.hpp"
#include "kernels/bits.hpp"
#include "kernels/bitslice/pair_waves.hpp"
#include "kernels/bitslice/window.hpp"
#include "kernels/isa.hpp"
#include "tests/instruction_sets.hpp"
#include "tests/plain_road.hpp"
#include "tests/random_choices.hpp"
#include "tests/trying.hpp"

namespace trafficbench::bitslice {

namespace {

class PairWaves : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { isa_.emplace(GetParam()); }

 private:
  std::optional<WithIsa> isa_;
};

using Words = std::vector<std::uint64_t>;

/// A stretch of words through some iterations. What is outside is empty, so that after t of them the first and the last
/// t words mean nothing.
class Road {
 public:
  Road(std::int64_t words, int register_words, Random& random) : width_(register_words) {
    Words first(static_cast<std::size_t>(words * register_words));
    // Few cars, or many, or half: pairs of either kind.
    const std::int64_t density = random.pick(0, 2);
    for (std::uint64_t& word : first) {
      word = random.word();
      if (density == 0) word &= random.word();
      if (density == 1) word |= random.word();
    }
    times_.push_back(std::move(first));
  }

  void advance() {
    const Words& now = times_.back();
    const auto step = static_cast<std::size_t>(width_);
    Words next = now;
    for (std::size_t i = step; i + step < now.size(); ++i) {
      next[i] = (now[i] & now[i + step]) | (~now[i] & now[i - step]);
    }
    times_.push_back(std::move(next));
  }

  const Words& at(std::int64_t time) const { return times_[static_cast<std::size_t>(time)]; }

  /// Part `part` of word `word`.
  std::uint64_t cells(std::int64_t time, std::int64_t word, int part) const {
    return at(time)[static_cast<std::size_t>(word * width_ + part)];
  }

 private:
  int width_;
  std::vector<Words> times_;
};

/// Words of pairs, state or masks.
struct Memory {
  Memory(std::int64_t words, int register_words) : width(register_words), buffer(words * register_words) {}
  std::uint64_t* at(std::int64_t word) { return buffer.data() + word * width; }
  int width;
  AlignedBuffer<std::uint64_t> buffer;
};

/// Random cells, what becomes of them in so many iterations, and their pairs at the start.
struct Start {
  Start(const PairSet& set, int levels, std::int64_t positions, Random& random)
      : road(2 * positions + 1, set.register_words, random),
        cells(2 * positions + 1, set.register_words),
        pairs(positions * kPositionWords, set.register_words) {
    for (int level = 0; level < levels; ++level) road.advance();
    std::ranges::copy(road.at(0), cells.at(0));
    set.to_pairs(cells.at(0), pairs.at(0), positions);
  }
  Road road;
  Memory cells;
  Memory pairs;
};

/// Pairs at places [first, 2 * positions) after `levels` iterations are those of the cells that far to the left.
void expect_pairs(const Road& road, Memory& pairs, std::int64_t first, std::int64_t positions, std::int64_t levels) {
  for (std::int64_t place = first; place < 2 * positions; ++place) {
    const std::int64_t cell = place - levels;
    for (int part = 0; part < pairs.width; ++part) {
      const std::uint64_t here = road.cells(levels, cell, part);
      const std::uint64_t ahead = road.cells(levels, cell + 1, part);
      ASSERT_EQ(pairs.at(2 * place)[part], here & ahead) << "s at place " << place;
      ASSERT_EQ(pairs.at(2 * place + 1)[part], here | ahead) << "u at place " << place;
    }
  }
}

TEST_P(PairWaves, MakeTheIterationsOfTheirLevels) {
  const PairSet& set = pair_set();
  Random random(11);
  for (const PairWave& wave : set.waves) {
    for (int trial = 0; trial < 6; ++trial) {
      const std::int64_t positions = wave.levels + random.pick(1, 60);
      const std::int64_t cut = random.pick(0, positions);
      const Trying trying({{"levels", wave.levels}, {"positions", positions}, {"of which first", cut}});
      Start start(set, wave.levels, positions, random);
      Road& road = start.road;
      Memory& pairs = start.pairs;
      expect_pairs(road, pairs, 0, positions, 0);
      Memory state(2 * wave.levels, set.register_words);
      wave.run(pairs.at(0), cut, state.at(0));
      wave.run(pairs.at(cut * kPositionWords), positions - cut, state.at(0));
      expect_pairs(road, pairs, 2 * wave.levels, positions, wave.levels);
    }
  }
}

TEST_P(PairWaves, CountTheCellsThatChange) {
  const PairSet& set = pair_set();
  Random random(12);
  for (const PairCountingWave& wave : set.counting) {
    for (int trial = 0; trial < 6; ++trial) {
      const std::int64_t positions = wave.levels + random.pick(1, 90);
      const std::int64_t cut = random.pick(wave.levels, positions);
      const Trying trying({{"levels", wave.levels}, {"positions", positions}, {"of which first", cut}});
      Start start(set, wave.levels, positions, random);
      Road& road = start.road;
      Memory& pairs = start.pairs;
      Memory state(2 * wave.levels, set.register_words);
      Memory sums(kSumWords * wave.levels, set.register_words);
      Memory mask(1, set.register_words);
      for (int part = 0; part < set.register_words; ++part) mask.at(0)[part] = random.word();
      std::vector<std::int64_t> moves(static_cast<std::size_t>(wave.levels));
      // The first positions are junk: counted too, and thrown away.
      wave.run(pairs.at(0), wave.levels, state.at(0), mask.at(0), sums.at(0));
      wave.finish(sums.at(0), mask.at(0), moves.data());
      std::ranges::fill(moves, 1000);
      wave.run(pairs.at(wave.levels * kPositionWords), cut - wave.levels, state.at(0), mask.at(0), sums.at(0));
      wave.run(pairs.at(cut * kPositionWords), positions - cut, state.at(0), mask.at(0), sums.at(0));
      wave.finish(sums.at(0), mask.at(0), moves.data());
      expect_pairs(road, pairs, 2 * wave.levels, positions, wave.levels);
      for (std::int64_t level = 0; level < wave.levels; ++level) {
        std::int64_t expected = 1000;
        for (std::int64_t place = 2 * wave.levels + 1; place < 2 * positions; place += 2) {
          for (int part = 0; part < set.register_words; ++part) {
            const std::int64_t cell = place - level;
            expected +=
                std::popcount((road.cells(level, cell, part) ^ road.cells(level + 1, cell, part)) & mask.at(0)[part]);
          }
        }
        ASSERT_EQ(moves[static_cast<std::size_t>(level)], expected) << "level " << level;
      }
      // Nothing is left in the sums.
      std::ranges::fill(moves, 0);
      wave.finish(sums.at(0), mask.at(0), moves.data());
      ASSERT_EQ(moves, std::vector<std::int64_t>(moves.size()));
    }
  }
}

// A column of levels by itself leaves the state of a wave, and says which cells follow.
TEST_P(PairWaves, FollowACellAndTurnPairsBackIntoCells) {
  const PairSet& set = pair_set();
  Random random(13);
  for (const PairWave& wave : set.waves) {
    const std::int64_t before = wave.levels - 1;
    const std::int64_t positions = wave.levels + 40;
    const Trying trying({{"levels", wave.levels}});
    Start start(set, wave.levels, positions, random);
    Road& road = start.road;
    Memory& cells = start.cells;
    Memory& pairs = start.pairs;
    Memory state(2 * wave.levels, set.register_words);
    Memory followed(1, set.register_words);
    std::copy_n(cells.at(2 * wave.levels), set.register_words, followed.at(0));
    wave.run(pairs.at(0), before, state.at(0));
    set.follow(pairs.at(before * kPositionWords), wave.levels, state.at(0), followed.at(0));
    wave.run(pairs.at(wave.levels * kPositionWords), positions - wave.levels, state.at(0));
    expect_pairs(road, pairs, 2 * wave.levels, positions, wave.levels);
    for (int part = 0; part < set.register_words; ++part) {
      ASSERT_EQ(followed.at(0)[part], road.cells(wave.levels, wave.levels, part)) << "followed";
    }
    Memory back(2 * positions, set.register_words);
    set.to_cells(pairs.at(wave.levels * kPositionWords), positions - wave.levels, followed.at(0), back.at(0));
    for (std::int64_t word = 0; word < 2 * (positions - wave.levels); ++word) {
      for (int part = 0; part < set.register_words; ++part) {
        ASSERT_EQ(back.at(word)[part], road.cells(wave.levels, wave.levels + word, part)) << "word " << word;
      }
    }
  }
}

std::string name_of(const testing::TestParamInfo<std::string>& isa) { return isa.param; }

INSTANTIATE_TEST_SUITE_P(Isas, PairWaves, testing::ValuesIn(isas_that_run()), name_of);

TEST(Window, MovesAsTheRoadDoes) {
  Random random(14);
  for (int trial = 0; trial < trials(40); ++trial) {
    const std::int64_t length = random.length(400) + 2;
    const std::int64_t times = random.pick(0, (length - 2) / 2);
    Cells road = random.cells(length);
    Window window(length);
    std::ranges::copy(pack(road, 0, length), window.words().begin());
    for (std::int64_t t = 0; t < times; ++t) {
      const std::int64_t first = random.pick(t, length - t - 1);
      const std::int64_t last = random.pick(first, length - t - 1);
      std::int64_t expected = 0;
      for (auto cell = static_cast<std::size_t>(first); std::cmp_less(cell, last); ++cell) {
        expected += road[cell] && !road[cell + 1] ? 1 : 0;
      }
      ASSERT_EQ(window.moves(first, last), expected) << "cells " << first << " to " << last << " of " << length;
      Cells next = road;
      for (std::size_t cell = 1; cell + 1 < road.size(); ++cell)
        next[cell] = road[cell] ? road[cell + 1] : road[cell - 1];
      road = next;
      window.advance();
    }
  }
}

}  // namespace

}  // namespace trafficbench::bitslice
