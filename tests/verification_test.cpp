// What verify_windows accepts, refuses, and cannot see. Ranks are threads.
#include "drivers/road/verification.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kernels/registry.hpp"
#include "tests/every_variant.hpp"
#include "tests/plain_road.hpp"
#include "tests/random_choices.hpp"
#include "tests/spoilt_segment.hpp"
#include "tests/thread_ranks.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

constexpr std::int64_t kMaxWindowCells = 4096;

bool is_in(const std::vector<Block>& blocks, std::int64_t cell) {
  return std::ranges::any_of(blocks,
                             [&](Block block) { return block.first <= cell && cell < block.first + block.cells; });
}

std::vector<Block> windows_of_one(Block own, std::int64_t iterations, int rank) {
  return windows_of(std::vector{own}, iterations, rank);
}

TEST(WindowsOf, HoldBothEndsOfEveryBlockAndLieInIt) {
  Random random(1);
  for (int trial = 0; trial < trials(200); ++trial) {
    std::vector<Block> own{{random.pick(0, 100'000), random.length(100'000)}};
    if (random.one_in(2)) own.push_back({0, random.length(own[0].first + 1)});
    const std::int64_t iterations = random.pick(1, 1'000'000);
    const int rank = static_cast<int>(random.pick(0, 500));
    const Trying trying({{"trial", trial},
                         {"block from", own[0].first},
                         {"block cells", own[0].cells},
                         {"blocks", own.size()},
                         {"iterations", iterations},
                         {"rank", rank}});
    const std::vector<Block> windows = windows_of(own, iterations, rank);
    EXPECT_LE(windows.size(), 8u);
    for (const Block& block : own) {
      EXPECT_TRUE(is_in(windows, block.first));
      EXPECT_TRUE(is_in(windows, block.first + block.cells - 1));
    }
    for (const Block& window : windows) {
      const bool inside = std::ranges::any_of(own, [&](Block block) {
        return block.first <= window.first && window.first + window.cells <= block.first + block.cells &&
               window.cells == std::min(kMaxWindowCells, block.cells);
      });
      EXPECT_TRUE(inside) << window.first << ": " << window.cells;
    }
  }
}

TEST(WindowsOf, AreAllOfAShortBlockAndNothingOfNone) {
  EXPECT_EQ(windows_of_one({7, 100}, 5, 0), (std::vector<Block>{{7, 100}}));
  EXPECT_EQ(windows_of_one({7, kMaxWindowCells}, 5, 0), (std::vector<Block>{{7, kMaxWindowCells}}));
  EXPECT_TRUE(windows_of({}, 5, 0).empty());
}

TEST(WindowsOf, AreOthersAfterOtherIterationsAndOnOtherRanks) {
  const Block own{0, 10'000'000};
  const auto windows = windows_of_one(own, 20, 3);
  EXPECT_EQ(windows.size(), 8u);
  EXPECT_EQ(windows_of_one(own, 20, 3), windows);
  EXPECT_NE(windows_of_one(own, 21, 3), windows);
  EXPECT_NE(windows_of_one(own, 20, 4), windows);
  std::set<std::int64_t> places;
  for (const Block& window : windows) places.insert(window.first);
  EXPECT_EQ(places.size(), 8u);
}

class VerifyWindows : public testing::TestWithParam<const Variant*> {};

/// Roads on 1 to 5 ranks: some own nothing, some own less than a window, some more. Several advances follow each other,
/// as those of a road that is never restarted do.
TEST_P(VerifyWindows, AcceptsWhatIsRight) {
  Random random(2);
  for (int trial = 0; trial < trials(60); ++trial) {
    const std::int64_t most_cells = trial % 3 == 0 ? 6 : trial % 3 == 1 ? 2'000 : 30'000;
    const PackedRoad start = random.road(random.length(most_cells));
    SimulationSetup setup;
    setup.variant = GetParam();
    setup.cells = start.cells();
    setup.threads = random.one_in(3) ? 2 : 1;
    setup.jump = random.pick(1, 100);
    std::vector<std::int64_t> steps;
    for (std::int64_t i = random.pick(1, 4); i > 0; --i) steps.push_back(random.pick(1, setup.jump));
    // Past the time at which every road of that length has settled: a closed-form road then only shifts.
    if (setup.variant->kernel_class == KernelClass::closed_form) steps.push_back(start.cells() + random.pick(0, 50));
    const int ranks = 1 + trial % 5;
    const Trying trying({{"trial", trial},
                         {"cells", start.cells()},
                         {"ranks", ranks},
                         {"threads", setup.threads},
                         {"jump", setup.jump}});
    on_ranks(ranks, [&](Communicator& comm) {
      Simulation simulation(comm, setup);
      simulation.load(start);
      std::int64_t done = 0;
      for (const std::int64_t k : steps) {
        simulation.advance(k);
        done += k;
        EXPECT_EQ(verify_windows(comm, simulation, start, start.cars(), done), "") << "iteration " << done;
      }
    });
  }
}

INSTANTIATE_TEST_SUITE_P(All, VerifyWindows, every_variant(), name_of_variant_test);

/// A closed-form road that has settled only shifts: the cells of one rank then lie at both ends of the road.
TEST(VerifyWindowsOfShiftedRoads, AcceptsABlockAcrossTheEndOfTheRoad) {
  constexpr int kRanks = 3;
  Random random(9);
  const PackedRoad start = random.road(9'000);
  SimulationSetup setup;
  setup.variant = find_variant("leap");
  setup.cells = start.cells();
  const std::int64_t iterations = start.cells() + 1'234;
  setup.jump = iterations;
  on_ranks(kRanks, [&](Communicator& comm) {
    Simulation simulation(comm, setup);
    simulation.load(start);
    simulation.advance(iterations);
    int across_the_end = 0;
    for (int rank = 0; rank < kRanks; ++rank) across_the_end += simulation.own_blocks(rank).size() == 2 ? 1 : 0;
    EXPECT_EQ(across_the_end, 1);
    EXPECT_EQ(verify_windows(comm, simulation, start, start.cars(), iterations), "");
  });
}

/// A road of the spoilt kernel, advanced, on one of several ranks.
struct SpoiltRoad {
  Communicator& comm;
  Simulation& simulation;
  const CellSource& start;
  std::int64_t cars;
  std::int64_t iterations;

  /// What verify_windows says on this rank while these cells are wrong.
  std::string refusal(const std::vector<std::int64_t>& cells) {
    spoil(cells);
    return verify_windows(comm, simulation, start, cars, iterations);
  }

  void spoil(const std::vector<std::int64_t>& cells) {
    comm.barrier();
    if (comm.rank() == 0) spoilt_cells() = cells;
    comm.barrier();
  }
};

void on_spoilt_road(const Variant& variant, int ranks, const PackedRoad& start, std::int64_t iterations,
                    const std::function<void(SpoiltRoad&)>& task) {
  on_ranks(ranks, [&](Communicator& comm) {
    SimulationSetup setup;
    setup.variant = &variant;
    setup.cells = start.cells();
    Simulation simulation(comm, setup);
    simulation.load(start);
    simulation.advance(iterations);
    SpoiltRoad road{comm, simulation, start, start.cars(), iterations};
    EXPECT_EQ(road.refusal({}), "");
    task(road);
    road.spoil({});
  });
}

/// What rank 0 must say: it names cells, of which `cell` is one.
bool names(const std::string& text, std::int64_t cell) {
  long long first = -1;
  long long last = -1;
  return std::sscanf(text.c_str(), "cells %lld to %lld differ from the closed form", &first, &last) == 2 &&
         first <= cell && cell <= last;
}

TEST(VerifyWindowsOfSpoiltRoads, AcceptsNoWrongCellOfAShortRoad) {
  const Variant spoilt = spoilt_bitpacked();
  Random random(3);
  for (int ranks = 1; ranks <= 5; ++ranks) {
    for (const std::int64_t cells : {1, 3, 64, 130}) {
      const Trying trying({{"cells", cells}, {"ranks", ranks}});
      on_spoilt_road(spoilt, ranks, random.road(cells), 10, [&](SpoiltRoad& road) {
        for (std::int64_t cell = 0; cell < cells; ++cell) {
          const std::string text = road.refusal({cell});
          EXPECT_NE(text, "") << "cell " << cell;
          if (road.comm.rank() == 0) {
            EXPECT_TRUE(names(text, cell)) << "cell " << cell << ": " << text;
          }
        }
      });
    }
  }
}

TEST(VerifyWindowsOfSpoiltRoads, RefusesOnEveryRankAWrongCellInAnyRanksWindow) {
  const Variant spoilt = spoilt_bitpacked();
  Random random(4);
  on_spoilt_road(spoilt, 3, random.road(150'000), 10, [&](SpoiltRoad& road) {
    for (int owner = 0; owner < 3; ++owner) {
      const auto windows = windows_of(road.simulation.own_blocks(owner), road.iterations, owner);
      EXPECT_EQ(windows.size(), 8u);
      for (const Block& window : windows) {
        const std::int64_t last = window.first + window.cells - 1;
        for (const std::int64_t cell : {window.first, window.first + window.cells / 2, last}) {
          const std::string text = road.refusal({cell});
          EXPECT_NE(text, "") << "cell " << cell << ", rank " << owner;
          if (road.comm.rank() == 0) {
            EXPECT_TRUE(names(text, cell)) << "cell " << cell << ": " << text;
          }
        }
      }
    }
  });
}

TEST(VerifyWindowsOfSpoiltRoads, RefusesAWrongCellOfARoadThatHasShifted) {
  const Variant spoilt = spoilt_leap();
  Random random(5);
  const PackedRoad start = random.road(9'000);
  // Settled, then shifted by some cells.
  on_spoilt_road(spoilt, 3, start, start.cells() / 2 + 1'234, [&](SpoiltRoad& road) {
    for (int owner = 0; owner < 3; ++owner) {
      const std::int64_t loaded_first = block_of(start.cells(), 3, owner).first;
      const std::int64_t now_first = road.simulation.own_blocks(owner).front().first;
      EXPECT_NE(now_first, loaded_first);
      const std::string text = road.refusal({loaded_first});
      EXPECT_NE(text, "") << "rank " << owner;
      if (road.comm.rank() == 0) {
        EXPECT_TRUE(names(text, now_first)) << text;
      }
    }
  });
}

/// A cell of rank 1's part that no window holds, with a car, and an empty cell beside it that no window holds either.
std::pair<std::int64_t, std::int64_t> unseen_car_and_gap(const SpoiltRoad& road) {
  const auto own = road.simulation.own_blocks(1).front();
  const auto windows = windows_of({&own, 1}, road.iterations, 1);
  PackedRoad now = PackedRoad(road.start, 0, road.start.cells());
  advance_ring(now, road.iterations);
  for (std::int64_t cell = own.first; cell + 1 < own.first + own.cells; ++cell) {
    if (!is_in(windows, cell) && !is_in(windows, cell + 1) && now.car(cell) && !now.car(cell + 1))
      return {cell, cell + 1};
  }
  ADD_FAILURE() << "the windows hold all";
  return {};
}

PackedRoad noise(std::int64_t cells, unsigned seed) {
  Random random(seed);
  PackedRoad road(cells);
  for (std::int64_t i = 0; i < cells; ++i) road.set(i, random.one_in(2));
  return road;
}

TEST(VerifyWindowsOfSpoiltRoads, LeavesALostCarOutsideEveryWindowToTheCountOfCars) {
  const Variant spoilt = spoilt_bitpacked();
  on_spoilt_road(spoilt, 2, noise(150'000, 6), 10, [](SpoiltRoad& road) {
    EXPECT_EQ(road.simulation.cars(), road.cars);
    const std::int64_t car = unseen_car_and_gap(road).first;
    EXPECT_EQ(road.refusal({car}), "");
    EXPECT_EQ(road.simulation.cars(), road.cars - 1);
  });
}

/// This is the limit of a sample: neither the windows nor the count of cars see it. The hash of the whole road does.
TEST(VerifyWindowsOfSpoiltRoads, LeavesACarMovedOutsideEveryWindowToTheHash) {
  const Variant spoilt = spoilt_bitpacked();
  on_spoilt_road(spoilt, 2, noise(150'000, 7), 10, [](SpoiltRoad& road) {
    const std::uint64_t hash = expect(road.comm, road.start, road.iterations, 1).hash;
    EXPECT_EQ(road.simulation.hash(), hash);
    const auto [car, gap] = unseen_car_and_gap(road);
    EXPECT_EQ(road.refusal({car, gap}), "");
    EXPECT_EQ(road.simulation.cars(), road.cars);
    EXPECT_NE(road.simulation.hash(), hash);
  });
}

TEST(VerifyWindowsOfSpoiltRoads, RefusesTheWrongNumberOfIterations) {
  const Variant spoilt = spoilt_bitpacked();
  on_spoilt_road(spoilt, 3, noise(50'000, 8), 10, [](SpoiltRoad& road) {
    for (const std::int64_t claimed : {9, 11}) {
      EXPECT_NE(verify_windows(road.comm, road.simulation, road.start, road.cars, claimed), "") << claimed;
    }
  });
}

}  // namespace
}  // namespace trafficbench
