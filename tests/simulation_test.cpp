// Roads spread over ranks that are threads: halos from as many owners as it takes, on rings of any
// length.
#include "drivers/road/simulation.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "drivers/road/halo_exchange.hpp"
#include "drivers/road/verification.hpp"
#include "kernels/closed_form.hpp"
#include "tests/every_variant.hpp"
#include "tests/plain_road.hpp"
#include "tests/random_choices.hpp"
#include "tests/thread_ranks.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

/// A segment that does not move: keeps its cells and the halo that it was shown.
class Witness final : public Segment {
 public:
  Witness(const PackedRoad& ring, Block block) : own_(ring, block.first, block.cells) {}
  std::int64_t cells() const override { return own_.cells(); }
  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override {
    own_.read(first, count, out);
  }
  void load(const CellSource&, std::int64_t) override {}
  void advance(std::int64_t, std::span<MoveCount>) override {}
  void set_halo(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right, HaloWidth width) override {
    left_.assign(left.begin(), left.end());
    right_.assign(right.begin(), right.end());
    width_ = width;
  }
  HaloWidth halo() const override { return width_; }

  /// Whether the halo is what lies beside `block` on that ring.
  ::testing::AssertionResult saw(const PackedRoad& ring, Block block, HaloWidth width) const {
    if (width_ != width) return ::testing::AssertionFailure() << "another width";
    for (std::int64_t i = 0; i < width.left + width.right; ++i) {
      const bool left = i < width.left;
      const std::int64_t at = left ? block.first - width.left + i : block.first + block.cells + i - width.left;
      const bool shown = left ? get_cell(left_, i) : get_cell(right_, i - width.left);
      if (shown != ring.car((at % ring.cells() + ring.cells()) % ring.cells())) {
        return ::testing::AssertionFailure() << "cell " << at << " is wrong";
      }
    }
    return ::testing::AssertionSuccess();
  }

 private:
  PackedRoad own_;
  std::vector<std::uint64_t> left_;
  std::vector<std::uint64_t> right_;
  HaloWidth width_;
};

TEST(HaloExchange, ShowsTheCellsBesideEveryBlock) {
  Random random(1);
  for (int trial = 0; trial < trials(150); ++trial) {
    const int ranks = static_cast<int>(random.pick(1, 7));
    const PackedRoad ring = random.road(random.length(trial % 2 == 0 ? 12 : 500));
    const PackedRoad later = random.road(ring.cells());
    // Often wider than the neighbour's block, and than the ring.
    const HaloWidth width{random.pick(0, 200), random.pick(0, 200)};
    const Trying trying({{"trial", trial},
                         {"cells", ring.cells()},
                         {"ranks", ranks},
                         {"halo left", width.left},
                         {"halo right", width.right}});
    on_ranks(ranks, [&](Communicator& comm) {
      const Block block = block_of(ring.cells(), comm.size(), comm.rank());
      HaloExchange exchange(comm, ring.cells(), width, exchange_methods().front(), false);
      exchange.connect();
      for (const PackedRoad* road : {&ring, &later}) {
        Witness witness(*road, block);
        exchange.start(block.cells > 0 ? &witness : nullptr);
        exchange.finish(block.cells > 0 ? &witness : nullptr);
        if (block.cells > 0) {
          EXPECT_TRUE(witness.saw(*road, block, width)) << "rank " << comm.rank();
        }
      }
      if (comm.size() == 1) {
        EXPECT_EQ(exchange.bytes_sent(), 0);
      }
    });
  }
}

TEST(HaloExchange, SendsPackedBits) {
  on_ranks(4, [](Communicator& comm) {
    const HaloExchange exchange(comm, 1 << 20, {6400, 640}, exchange_methods().front(), false);
    EXPECT_EQ(exchange.bytes_sent(), 6400 / 8 + 640 / 8);
  });
}

class EverySimulation : public testing::TestWithParam<const Variant*> {};

SimulationSetup random_setup(Random& random, const Variant& variant, std::int64_t cells) {
  SimulationSetup setup;
  setup.variant = &variant;
  setup.cells = cells;
  setup.threads = random.one_in(3) ? static_cast<int>(random.pick(2, 3)) : 1;
  // Deeper than the road is long, too: the program refuses that, the simulation need not.
  setup.depth = random.one_in(2) ? 0 : random.pick(1, 150);
  setup.jump = random.pick(1, 100);
  setup.counting = random.one_in(2) ? CountingMode::every : CountingMode::sampled;
  setup.reduce = &reduce_methods()[static_cast<std::size_t>(random.pick(0, 2))];
  return setup;
}

TEST_P(EverySimulation, EndsWhereTheClosedFormSaysOnAnyRanksThreadsAndDepth) {
  Random random(2);
  for (int trial = 0; trial < trials(60); ++trial) {
    const PackedRoad start = random.road(random.length(trial % 2 == 0 ? 12 : 2'000));
    SimulationSetup setup = random_setup(random, *GetParam(), start.cells());
    const int ranks = static_cast<int>(random.pick(1, 7));
    if (random.one_in(2) && Simulation::why_no_overlap(setup, ranks).empty()) setup.overlap = Overlap::on;
    std::vector<std::int64_t> steps;
    for (std::int64_t i = random.pick(1, 4); i > 0; --i) steps.push_back(random.pick(1, setup.jump));
    const Trying trying({{"trial", trial},
                         {"cells", start.cells()},
                         {"ranks", ranks},
                         {"threads", setup.threads},
                         {"depth", setup.depth},
                         {"jump", setup.jump},
                         {"count", name_of(setup.counting)},
                         {"overlap", name_of(setup.overlap)},
                         {"reduce", setup.reduce->name}});
    on_ranks(ranks, [&](Communicator& comm) {
      Simulation simulation(comm, setup);
      // Twice, since a repetition starts again from the start state.
      for (int load = 0; load < 2; ++load) {
        simulation.load(start);
        EXPECT_EQ(simulation.cars(), start.cars());
        std::int64_t done = 0;
        PackedRoad plain = start;
        for (const std::int64_t k : steps) {
          const MovesMade made = simulation.advance(k);
          done += k;
          const RingMoves expected = advance_ring(plain, k);
          EXPECT_EQ(made.last, expected.last) << "iteration " << done;
          if (setup.counting == CountingMode::every) {
            EXPECT_EQ(made.counted, expected.total) << "iteration " << done;
          }
        }
        EXPECT_EQ(simulation.hash(), hash_of(plain));
        EXPECT_EQ(simulation.cars(), start.cars());
      }
    });
  }
}

INSTANTIATE_TEST_SUITE_P(All, EverySimulation, every_variant(), name_of_variant_test);

TEST(Verification, ExpectsTheSameOnAnyRanksAndThreads) {
  Random random(3);
  for (int trial = 0; trial < trials(60); ++trial) {
    const PackedRoad start = random.road(random.length(700));
    const std::int64_t iterations = random.pick(1, 2 * start.cells() + 3);
    PackedRoad plain = start;
    const RingMoves moves = advance_ring(plain, iterations);
    const int ranks = static_cast<int>(random.pick(1, 5));
    const Trying trying({{"trial", trial}, {"cells", start.cells()}, {"iterations", iterations}, {"ranks", ranks}});
    on_ranks(ranks, [&](Communicator& comm) {
      const Expected expected = expect(comm, start, iterations, 1 + comm.size() % 3);
      EXPECT_EQ(expected.hash, hash_of(plain));
      EXPECT_EQ(expected.cars, start.cars());
      EXPECT_EQ(expected.moves, moves.total);
      EXPECT_EQ(expected.last_moves, moves.last);
    });
  }
}

}  // namespace
}  // namespace trafficbench
