// bitpacked and leap against cells moved one by one, in the ways a driver uses a segment.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "kernels/closed_form.hpp"
#include "kernels/isa.hpp"
#include "kernels/packed_road.hpp"
#include "kernels/registry.hpp"

namespace trafficbench {
namespace {

/// A ring moved cell by cell, with the moves that any range of it makes.
class PlainRing {
 public:
  explicit PlainRing(const PackedRoad& start) : road_(start) {}

  const PackedRoad& road() const { return road_; }

  /// Moves all cars; returns which cells' cars moved.
  PackedRoad advance() {
    const std::int64_t cells = road_.cells();
    PackedRoad next(cells);
    PackedRoad moved(cells);
    for (std::int64_t i = 0; i < cells; ++i) {
      const bool car = road_.car(i);
      const bool ahead = road_.car((i + 1) % cells);
      const bool behind = road_.car((i + cells - 1) % cells);
      next.set(i, car ? ahead : behind);
      moved.set(i, car && !ahead);
    }
    road_ = next;
    return moved;
  }

 private:
  PackedRoad road_;
};

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  std::int64_t pick(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(engine_);
  }
  bool one_in(std::int64_t n) { return pick(1, n) == 1; }

  /// Roads of every density, with long runs of cars and of empty cells as well as noise.
  PackedRoad road(std::int64_t cells) {
    PackedRoad road(cells);
    const auto cars_in_ten = pick(0, 10);
    const auto longest_run = one_in(2) ? 1 : pick(1, 300);
    for (std::int64_t i = 0; i < cells;) {
      const bool car = pick(1, 10) <= cars_in_ten;
      for (std::int64_t run = pick(1, longest_run); run > 0 && i < cells; --run, ++i) {
        road.set(i, car);
      }
    }
    return road;
  }

 private:
  std::mt19937 engine_;
};

std::vector<std::uint64_t> ring_cells(const CellSource& ring, std::int64_t first,
                                      std::int64_t count) {
  std::vector<std::uint64_t> cells(static_cast<std::size_t>(words_for(count)));
  read_ring(ring, first, count, cells);
  return cells;
}

std::int64_t cars_between(const PackedRoad& ring, std::int64_t first, std::int64_t count) {
  std::int64_t cars = 0;
  for (std::int64_t i = 0; i < count; ++i) cars += ring.car((first + i) % ring.cells());
  return cars;
}

/// How long and how wide the roads of a trial may be.
struct Limits {
  std::int64_t ring = 0;
  std::int64_t halo = 0;
  std::int64_t iterations = 0;
};

/// One segment, own cells somewhere on a ring, is loaded, shown halos and advanced, all of random
/// sizes.
void try_segment(const Variant& variant, Random& random, const Limits& limits) {
  const std::int64_t ring_cells_count = random.pick(1, limits.ring);
  const std::int64_t cells = random.pick(1, ring_cells_count);
  const std::int64_t first = random.pick(0, ring_cells_count - cells);
  const HaloWidth most{random.pick(0, limits.halo), random.pick(0, limits.halo)};
  const auto threads = static_cast<int>(random.one_in(10) ? random.pick(2, 5) : 1);
  const auto segment = make_segment(variant, {cells, most, {}}, threads);
  SCOPED_TRACE("ring " + std::to_string(ring_cells_count) + ", own " + std::to_string(first) +
               " + " + std::to_string(cells) + ", most halo " + std::to_string(most.left) +
               " and " + std::to_string(most.right) + ", threads " + std::to_string(threads));

  for (std::int64_t loads = random.pick(1, 2); loads > 0; --loads) {
    PlainRing ring(random.road(ring_cells_count));
    segment->load(ring.road(), first);
    ASSERT_EQ(PackedRoad(*segment, 0, cells), PackedRoad(ring.road(), first, cells));
    for (std::int64_t halos = random.pick(1, 4); halos > 0; --halos) {
      // Often as wide as may be, else less; the sides need not be alike.
      const HaloWidth width{random.one_in(2) ? most.left : random.pick(0, most.left),
                            random.one_in(2) ? most.right : random.pick(0, most.right)};
      segment->set_halo(ring_cells(ring.road(), first - width.left, width.left),
                        ring_cells(ring.road(), first + cells, width.right), width);
      ASSERT_EQ(segment->halo(), width);
      for (std::int64_t advances = random.pick(1, 3); advances > 0; --advances) {
        std::int64_t k = random.pick(0, limits.iterations);
        std::vector<MoveCount> moves;
        if (!random.one_in(3)) {
          moves.resize(static_cast<std::size_t>(k));
          const std::int64_t rarity = random.pick(1, 4);
          for (MoveCount& count : moves) count = {random.one_in(rarity), -7};
          if (k > 0 && random.one_in(3)) {
            for (MoveCount& count : moves) count.wanted = false;
            moves.back().wanted = true;
          }
        }
        const auto counted = [&](std::int64_t iterations) {
          return std::any_of(moves.begin(),
                             moves.begin() + std::max<std::int64_t>(
                                                 0, std::min(iterations - 1, std::ssize(moves))),
                             [](const MoveCount& count) { return count.wanted; });
        };
        const HaloWidth before = segment->halo();
        const auto too_wide = [&] {
          const HaloWidth used = variant.halo_for(k, counted(k));
          return used.left > before.left || used.right > before.right;
        };
        while (k > 0 && too_wide()) --k;
        if (!moves.empty()) moves.resize(static_cast<std::size_t>(k));
        SCOPED_TRACE("halo " + std::to_string(before.left) + " and " +
                     std::to_string(before.right) + ", k " + std::to_string(k));

        segment->advance(k, moves);
        const HaloWidth used = variant.halo_for(k, counted(k));
        ASSERT_EQ(segment->halo(), (HaloWidth{before.left - used.left, before.right - used.right}));
        for (std::int64_t t = 0; t < k; ++t) {
          const PackedRoad moved = ring.advance();
          if (moves.empty()) continue;
          const MoveCount& count = moves[static_cast<std::size_t>(t)];
          ASSERT_EQ(count.moves, count.wanted ? cars_between(moved, first, cells) : -7)
              << "iteration " << t;
        }
        ASSERT_EQ(PackedRoad(*segment, 0, cells), PackedRoad(ring.road(), first, cells));
        const std::int64_t offset = random.pick(0, cells - 1);
        const std::int64_t count = random.pick(1, cells - offset);
        ASSERT_EQ(PackedRoad(*segment, offset, count),
                  PackedRoad(ring.road(), first + offset, count));
      }
    }
  }
}

/// Every variant tested here at every instruction set.
class PackedVariants : public testing::TestWithParam<std::tuple<std::string, std::string>> {
 protected:
  void SetUp() override { select_isa(std::get<1>(GetParam())); }
  void TearDown() override { select_isa("auto"); }

  void try_segments(int trials, const Limits& limits) {
    const Variant& variant = *find_variant(std::get<0>(GetParam()));
    for (int trial = 0; trial < trials; ++trial) {
      SCOPED_TRACE("trial " + std::to_string(trial));
      Random random(static_cast<unsigned>(trial));
      try_segment(variant, random, limits);
      if (HasFatalFailure()) return;
    }
  }
};

TEST_P(PackedVariants, TinyRoads) { try_segments(3000, {20, 40, 20}); }
TEST_P(PackedVariants, ShortRoads) { try_segments(1500, {300, 150, 60}); }
TEST_P(PackedVariants, HalosWiderThanTheRoad) { try_segments(400, {100, 3000, 300}); }
TEST_P(PackedVariants, LongerRoads) { try_segments(60, {20000, 400, 60}); }

/// Long jumps, against two others: the states against the closed form, the moves of every iteration
/// against the cells' own updates by bitpacked.
class LongJumps : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { select_isa(GetParam()); }
  void TearDown() override { select_isa("auto"); }
};

void jump(const char* name, const PackedRoad& start, std::int64_t k, std::span<MoveCount> moves,
          const PackedRoad& after) {
  const std::int64_t cells = start.cells();
  const auto segment = make_segment(*find_variant(name), {cells, {k, k}, {}}, 1);
  segment->load(start, 0);
  segment->set_halo(ring_cells(start, -k, k), ring_cells(start, 0, k), {k, k});
  segment->advance(k, moves);
  ASSERT_EQ(PackedRoad(*segment, 0, cells), after) << name;
}

PackedRoad closed_form(const PackedRoad& start, std::int64_t k) {
  PackedRoad after(start.cells());
  ClosedForm(start, start.cars(), k).state(0, start.cells(), after.words());
  return after;
}

TEST_P(LongJumps, AgreeWithClosedForm) {
  for (unsigned trial = 0; trial < 60; ++trial) {
    Random random(trial);
    const PackedRoad start = random.road(random.pick(1, 60000));
    const std::int64_t k = random.pick(1, random.one_in(2) ? 2 * start.cells() : 5000);
    SCOPED_TRACE("trial " + std::to_string(trial) + ", cells " + std::to_string(start.cells()) +
                 ", k " + std::to_string(k));
    jump("leap", start, k, {}, closed_form(start, k));
    if (HasFatalFailure()) return;
  }
}

TEST_P(LongJumps, CountAsBitpackedDoes) {
  for (unsigned trial = 0; trial < 40; ++trial) {
    Random random(trial);
    const PackedRoad start = random.road(random.pick(1, 4000));
    const std::int64_t k = random.pick(1, random.one_in(2) ? 2 * start.cells() : 3000);
    SCOPED_TRACE("trial " + std::to_string(trial) + ", cells " + std::to_string(start.cells()) +
                 ", k " + std::to_string(k));
    const PackedRoad after = closed_form(start, k);
    std::vector<MoveCount> moves(static_cast<std::size_t>(k));
    std::vector<MoveCount> expected = moves;
    jump("leap", start, k, moves, after);
    jump("bitpacked", start, k, expected, after);
    for (std::size_t t = 0; t < moves.size(); ++t) {
      ASSERT_EQ(moves[t].moves, expected[t].moves) << "iteration " << t;
    }
    std::vector<MoveCount> last(static_cast<std::size_t>(k), {false, 0});
    last.back().wanted = true;
    jump("leap", start, k, last, after);
    ASSERT_EQ(last.back().moves, expected.back().moves);
    if (HasFatalFailure()) return;
  }
}

std::vector<std::string> isas_that_run() {
  std::vector<std::string> names;
  for (const Isa& isa : built_isas()) {
    if (isa.runs_here) names.push_back(isa.name);
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, PackedVariants,
                         testing::Combine(testing::Values("bitpacked", "leap"),
                                          testing::ValuesIn(isas_that_run())),
                         [](const auto& tested) {
                           return std::get<0>(tested.param) + "_" + std::get<1>(tested.param);
                         });

INSTANTIATE_TEST_SUITE_P(All, LongJumps, testing::ValuesIn(isas_that_run()),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace trafficbench
