#include "kernels/packed_road.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "kernels/block.hpp"
#include "kernels/road_hash.hpp"
#include "tests/plain_road.hpp"
#include "tests/random_choices.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

TEST(PackedRoad, HoldsWhatIsSet) {
  PackedRoad road(130);
  EXPECT_EQ(road.cars(), 0);
  for (const std::int64_t cell : {0, 63, 64, 127, 129}) road.set(cell, true);
  EXPECT_EQ(road.cars(), 5);
  EXPECT_TRUE(road.car(129));
  EXPECT_FALSE(road.car(128));
  road.set(63, false);
  EXPECT_EQ(road.cars(), 4);
  EXPECT_EQ(road.words()[0], 1u);
  EXPECT_EQ(road.words()[2], 2u);
}

TEST(PackedRoad, IsReadAtAnyOffsetWithZerosPastTheEnd) {
  Random random(1);
  for (int trial = 0; trial < trials(300); ++trial) {
    const Cells cells = random.cells(random.length(1000));
    const auto length = std::ssize(cells);
    PackedRoad road(length);
    std::ranges::copy(pack(cells, 0, length), road.words().begin());
    EXPECT_EQ(road.cars(), std::ranges::count(cells, 1));
    const std::int64_t first = random.pick(0, length - 1);
    const std::int64_t count = random.pick(1, length - first);
    const Trying trying({{"trial", trial}, {"cells", length}, {"first", first}, {"count", count}});
    std::vector<std::uint64_t> out(static_cast<std::size_t>(words_for(count)), ~std::uint64_t{0});
    road.read(first, count, out);
    ASSERT_EQ(out, pack(cells, first, count));
  }
}

TEST(PackedRoad, RefusesLengthsThatNoRoadHas) {
  EXPECT_THROW(PackedRoad(-1), std::invalid_argument);
  EXPECT_THROW(PackedRoad((std::int64_t{1} << 40) + 1), std::invalid_argument);
  EXPECT_EQ(PackedRoad(0).cars(), 0);
}

TEST(ReadRing, WrapsAsOftenAsItMust) {
  Random random(2);
  for (int trial = 0; trial < trials(300); ++trial) {
    const PackedRoad ring = random.road(random.length(200));
    const std::int64_t first = random.pick(-1000, 1000);
    const std::int64_t count = random.pick(0, 900);
    const Trying trying({{"trial", trial}, {"cells", ring.cells()}, {"first", first}, {"count", count}});
    std::vector<std::uint64_t> out(static_cast<std::size_t>(words_for(count)), ~std::uint64_t{0});
    read_ring(ring, first, count, out);
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t cell = ((first + i) % ring.cells() + ring.cells()) % ring.cells();
      ASSERT_EQ(get_cell(out, i), ring.car(cell)) << "cell " << i << " of those read";
    }
    if (count % 64 != 0) {
      EXPECT_EQ(out.back() >> (count % 64), 0u);
    }
  }
}

TEST(CopyCells, LeavesTheOthersAlone) {
  Random random(3);
  for (int trial = 0; trial < trials(300); ++trial) {
    const PackedRoad from = random.road(300);
    PackedRoad to = random.road(300);
    const PackedRoad before = to;
    const std::int64_t count = random.pick(0, 200);
    const std::int64_t from_first = random.pick(0, 300 - count);
    const std::int64_t to_first = random.pick(0, 300 - count);
    const Trying trying({{"trial", trial}, {"count", count}, {"from", from_first}, {"to", to_first}});
    copy_cells(from.words(), from_first, to.words(), to_first, count);
    for (std::int64_t i = 0; i < 300; ++i) {
      const bool inside = to_first <= i && i < to_first + count;
      ASSERT_EQ(to.car(i), inside ? from.car(from_first + i - to_first) : before.car(i)) << "cell " << i;
    }
  }
}

TEST(BlockOf, CutsIntoBlocksThatDifferByOneAndOwnerOfFindsThem) {
  for (const std::int64_t cells : {1, 2, 5, 64, 100, 101}) {
    for (std::int64_t owners = 1; owners <= 130; ++owners) {
      const Trying trying({{"cells", cells}, {"owners", owners}});
      std::int64_t next = 0;
      for (std::int64_t index = 0; index < owners; ++index) {
        const Block block = block_of(cells, owners, index);
        ASSERT_EQ(block.first, next);
        ASSERT_TRUE(block.cells == cells / owners || block.cells == cells / owners + 1);
        ASSERT_LE(block.cells, block_of(cells, owners, 0).cells);
        for (std::int64_t i = 0; i < block.cells; ++i) ASSERT_EQ(owner_of(cells, owners, block.first + i), index);
        next += block.cells;
      }
      ASSERT_EQ(next, cells);
    }
  }
}

TEST(BlockOf, HoldsForTheLongestRoad) {
  constexpr std::int64_t kOwners = 1'000'003;
  const Block last = block_of(kMaxCells, kOwners, kOwners - 1);
  EXPECT_EQ(last.first + last.cells, kMaxCells);
  EXPECT_EQ(owner_of(kMaxCells, kOwners, kMaxCells - 1), kOwners - 1);
  EXPECT_EQ(owner_of(kMaxCells, kOwners, last.first - 1), kOwners - 2);
}

TEST(RoadHash, DoesNotDependOnTheSplit) {
  Random random(4);
  for (int trial = 0; trial < trials(200); ++trial) {
    const PackedRoad road = random.road(random.length(200'000));
    // Cut anywhere, hashed in any order, by one or by many that are merged as ranks are.
    std::vector<std::int64_t> cuts{0, road.cells()};
    for (std::int64_t i = random.pick(0, 8); i > 0; --i) cuts.push_back(random.pick(0, road.cells()));
    std::ranges::sort(cuts);
    const Trying trying({{"trial", trial}, {"cells", road.cells()}, {"pieces", cuts.size() - 1}});
    RoadHash whole;
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    for (std::size_t i = cuts.size() - 1; i > 0; --i) {
      const std::int64_t first = cuts[i - 1];
      const std::int64_t count = cuts[i] - first;
      const PackedRoad part(road, first, count);
      whole.add(part.words(), first, count);
      RoadHash own;
      own.add(road, first, count, first);
      high += own.partial() >> 32;
      low += own.partial() & 0xffffffffu;
    }
    RoadHash merged;
    merged.merge(high, low);
    ASSERT_EQ(whole.finish(road.cells()), hash_of(road));
    ASSERT_EQ(merged.finish(road.cells()), hash_of(road));
  }
}

TEST(RoadHash, ChangesWithEveryCellSwapAndShift) {
  Random random(5);
  for (const std::int64_t cells : {1, 63, 64, 65, 500}) {
    PackedRoad road = random.road(cells);
    const std::uint64_t before = hash_of(road);
    for (std::int64_t i = 0; i < cells; ++i) {
      road.set(i, !road.car(i));
      EXPECT_NE(hash_of(road), before) << i << " of " << cells;
      road.set(i, !road.car(i));
    }
    EXPECT_EQ(hash_of(road), before);
  }
  // Same cars, two of them elsewhere: what a count of cars cannot tell.
  PackedRoad road(300);
  for (std::int64_t i = 0; i < 300; i += 3) road.set(i, true);
  const std::uint64_t before = hash_of(road);
  for (std::int64_t i = 0; i + 1 < 300; ++i) {
    for (const std::int64_t distance : {1, 32, 64}) {
      const std::int64_t j = i + distance;
      if (j >= 300 || road.car(i) == road.car(j)) continue;
      const bool car = road.car(i);
      road.set(i, !car);
      road.set(j, car);
      EXPECT_NE(hash_of(road), before) << i << " " << j;
      road.set(i, car);
      road.set(j, !car);
    }
  }
  PackedRoad shifted(300);
  for (std::int64_t i = 1; i < 300; i += 3) shifted.set(i, true);
  EXPECT_NE(hash_of(shifted), before);
}

TEST(RoadHash, TellsEmptyRoadsOfDifferentLengthApart) { EXPECT_NE(hash_of(PackedRoad(10)), hash_of(PackedRoad(11))); }

}  // namespace
}  // namespace trafficbench
