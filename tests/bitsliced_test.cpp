// The bit-sliced variants against a plain loop over bytes: any length, any halo, any use of it, at
// every instruction set.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "kernels/bits.hpp"
#include "kernels/closed_form.hpp"
#include "kernels/isa.hpp"
#include "kernels/packed_road.hpp"
#include "kernels/registry.hpp"
#include "kernels/start_state.hpp"

namespace trafficbench {

namespace {

/// A piece of road, one byte a cell; loses a cell at each end in every iteration.
using Cells = std::vector<std::uint8_t>;

/// One iteration; `own` cells, `before` cells left of them. Returns the moves from own cells.
std::int64_t iterate(Cells& cells, std::int64_t before, std::int64_t own) {
  Cells next;
  std::int64_t moves = 0;
  for (std::size_t i = 1; i + 1 < cells.size(); ++i) {
    next.push_back(cells[i] != 0 ? cells[i + 1] : cells[i - 1]);
    const auto at = static_cast<std::int64_t>(i) - before;
    if (0 <= at && at < own && cells[i] != 0 && cells[i + 1] == 0) ++moves;
  }
  cells = std::move(next);
  return moves;
}

std::vector<std::uint64_t> pack(const Cells& cells, std::int64_t first, std::int64_t count) {
  std::vector<std::uint64_t> words(static_cast<std::size_t>(words_for(count)));
  for (std::int64_t i = 0; i < count; ++i) {
    set_cell(words, i, cells[static_cast<std::size_t>(first + i)] != 0);
  }
  return words;
}

class BitslicedTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const auto isas = built_isas();
    const auto isa = std::ranges::find(isas, GetParam(), &Isa::name);
    if (isa == isas.end() || !isa->runs_here) GTEST_SKIP() << GetParam() << " does not run here";
    select_isa(GetParam());
  }
  void TearDown() override { select_isa("auto"); }

  std::int64_t pick(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
  }

  Cells random_cells(std::int64_t count) {
    std::bernoulli_distribution car(static_cast<double>(pick(0, 10)) / 10);
    Cells cells(static_cast<std::size_t>(count));
    for (auto& cell : cells) cell = car(random_);
    return cells;
  }

  const Variant& any_variant() { return *find_variant(pick(0, 1) == 0 ? "bitsliced" : "tiled"); }

  SegmentShape any_shape(std::int64_t cells) {
    SegmentShape shape{cells, {pick(0, 3) == 0 ? 0 : pick(1, 90), pick(1, 90)}, {}};
    if (pick(0, 3) == 0) shape.most_halo = {pick(0, 2 * cells), pick(0, 2 * cells)};
    if (pick(0, 1) == 0) {
      shape.tuning = {512, pick(1, 40) * 1024, 1 << 16, 0};
    } else {
      shape.tuning.tile_words = pick(1, 100);
    }
    return shape;
  }

  std::mt19937 random_{7};
};

// Halos narrower than the widest, used up in several steps, shown again; moves wanted now and then.
TEST_P(BitslicedTest, AdvancesAsAPlainLoopDoes) {
  for (int trial = 0; trial < 400; ++trial) {
    const std::int64_t own = pick(1, trial % 4 == 0 ? 6000 : 300);
    const SegmentShape shape = any_shape(own);
    const auto segment = any_variant().make(shape);
    SCOPED_TRACE(testing::Message() << "trial " << trial << ", " << own << " cells, halo "
                                    << shape.most_halo.left << " " << shape.most_halo.right);
    PackedRoad road(own + 70);
    Cells cells = random_cells(own);
    const std::int64_t offset = pick(0, 70);
    for (std::int64_t i = 0; i < own; ++i) road.set(offset + i, cells[static_cast<std::size_t>(i)]);
    segment->load(road, offset);
    EXPECT_EQ(segment->halo(), HaloWidth{});
    ASSERT_EQ(PackedRoad(*segment, 0, own), PackedRoad(road, offset, own));

    for (int round = 0; round < 3; ++round) {
      const HaloWidth width{pick(0, shape.most_halo.left), pick(0, shape.most_halo.right)};
      Cells left = random_cells(width.left);
      const Cells right = random_cells(width.right);
      segment->set_halo(pack(left, 0, width.left), pack(right, 0, width.right), width);
      left.insert(left.end(), cells.begin(), cells.end());
      left.insert(left.end(), right.begin(), right.end());
      cells = std::move(left);
      HaloWidth rest = width;
      const int how = static_cast<int>(pick(0, 3));
      while (std::min(rest.left, rest.right) > 0 && pick(0, 4) > 0) {
        const std::int64_t k = pick(0, std::min(rest.left, rest.right));
        std::vector<MoveCount> moves(how == 0 ? 0 : static_cast<std::size_t>(k));
        for (auto& move : moves) move = {how == 1 || (how == 2 && pick(0, 3) == 0), -5};
        if (how == 3 && k > 0) moves.back().wanted = true;
        segment->advance(k, moves);
        for (std::int64_t t = 0; t < k; ++t) {
          const std::int64_t moved = iterate(cells, rest.left, own);
          if (how != 0) {
            const MoveCount& count = moves[static_cast<std::size_t>(t)];
            ASSERT_EQ(count.moves, count.wanted ? moved : -5) << "iteration " << t << " of " << k;
          }
          rest.left -= 1;
          rest.right -= 1;
        }
        ASSERT_EQ(segment->halo(), rest);
      }
      cells = Cells(cells.begin() + rest.left, cells.begin() + rest.left + own);
      const auto expected = pack(cells, 0, own);
      std::vector<std::uint64_t> out(expected.size(), ~std::uint64_t{0});
      segment->read(0, own, out);
      ASSERT_EQ(out, expected);
      for (int piece = 0; piece < 4; ++piece) {
        const std::int64_t first = pick(0, own - 1);
        const std::int64_t count = pick(1, own - first);
        out.assign(static_cast<std::size_t>(words_for(count)), ~std::uint64_t{0});
        segment->read(first, count, out);
        ASSERT_EQ(out, pack(cells, first, count)) << first << " " << count;
      }
    }
  }
}

// Roads of many words a lane, on a ring and over threads, where the closed form is the judge.
TEST_P(BitslicedTest, LongRoadsAgreeWithTheClosedForm) {
  for (const char* name : {"bitsliced", "tiled"}) {
    for (const int threads : {1, 3}) {
      const std::int64_t own = pick(300'000, 1'500'000);
      const std::int64_t depth = pick(100, 700);
      const std::int64_t iterations = depth + pick(1, depth);
      SegmentShape shape{own, {depth, depth}, {}};
      shape.tuning.l2_bytes = pick(16, 128) << 10;
      const auto start = philox_start(own, 0.1 * static_cast<double>(pick(2, 8)), 11);
      const auto segment = make_segment(*find_variant(name), shape, threads);
      segment->load(*start, 0);
      std::int64_t total = 0;
      for (std::int64_t done = 0; done < iterations;) {
        const std::int64_t k = std::min(depth, iterations - done);
        std::vector<std::uint64_t> left(static_cast<std::size_t>(words_for(k)));
        auto right = left;
        read_ring(*segment, -k, k, left);
        read_ring(*segment, 0, k, right);
        segment->set_halo(left, right, {k, k});
        std::vector<MoveCount> moves(static_cast<std::size_t>(k));
        segment->advance(k, moves);
        for (const MoveCount& count : moves) total += count.moves;
        done += k;
      }
      PackedRoad closed(own);
      const std::int64_t cars = PackedRoad(*start, 0, own).cars();
      const auto expected = ClosedForm(*start, cars, iterations).state(0, own, closed.words());
      EXPECT_EQ(PackedRoad(*segment, 0, own), closed) << name << " " << own << " " << iterations;
      EXPECT_EQ(total, expected.total);
    }
  }
}

std::vector<std::string> isa_names() {
  std::vector<std::string> names;
  for (const Isa& isa : built_isas()) names.push_back(isa.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Isas, BitslicedTest, testing::ValuesIn(isa_names()),
                         [](const auto& instance) { return instance.param; });

}  // namespace

}  // namespace trafficbench
