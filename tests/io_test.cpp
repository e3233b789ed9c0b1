// How a road is dealt to ranks, gets into files and back: all methods that need no MPI, on ranks that are threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "drivers/io/dealing.hpp"
#include "drivers/io/file_system.hpp"
#include "drivers/io/io_method.hpp"
#include "drivers/measure/io_visit.hpp"
#include "drivers/road/start.hpp"
#include "tests/random_choices.hpp"
#include "tests/refusal.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/thread_ranks.hpp"

namespace trafficbench {
namespace {

constexpr IoLayout kLayouts[] = {IoLayout::contiguous, IoLayout::interleaved};

TEST(Dealing, GivesEachBlockToOneRank) {
  for (int trial = 0; trial < trials(200); ++trial) {
    Random random(static_cast<unsigned>(trial));
    const std::int64_t blocks = random.pick(1, 400);
    const int ranks = static_cast<int>(random.pick(1, random.one_in(4) ? 500 : 20));
    for (const IoLayout layout : kLayouts) {
      SCOPED_TRACE(std::to_string(blocks) + " blocks on " + std::to_string(ranks) + " ranks, " +
                   std::string(name_of(layout)));
      const Dealing dealing(layout, blocks, ranks);
      std::vector<int> owners(static_cast<std::size_t>(blocks));
      std::int64_t most = 0;
      for (int rank = 0; rank < ranks; ++rank) {
        const BlockRun own = dealing.of(rank);
        most = std::max(most, own.count);
        for (std::int64_t k = 0; k < own.count; ++k) {
          ASSERT_LT(own[k], blocks);
          ++owners[static_cast<std::size_t>(own[k])];
          EXPECT_EQ(own.before(own[k]), k);
          EXPECT_EQ(own.before(own[k] + 1), k + 1);
        }
        // Idle ones come last: rank 0 of every group that has a block is busy.
        if (rank > 0) {
          EXPECT_LE(own.count, dealing.of(rank - 1).count);
        }
      }
      EXPECT_EQ(most, dealing.most());
      EXPECT_TRUE(std::ranges::all_of(owners, [](int count) { return count == 1; }));
    }
  }
}

TEST(Dealing, TakesRunsInAnyOrderOfRanks) {
  const Dealing dealing({{.first = 7, .stride = 1, .count = 2}, {}, {.first = 3, .stride = 1, .count = 4}});
  EXPECT_EQ(dealing.ranks(), 3);
  EXPECT_EQ(dealing.blocks(), 6);
  EXPECT_EQ(dealing.most(), 4);
  EXPECT_EQ(dealing.of(0), (BlockRun{.first = 7, .stride = 1, .count = 2}));
  EXPECT_EQ(dealing.of(1).count, 0);
  EXPECT_EQ(dealing.stretches(), (std::vector<BlockRun>{{3, 1, 6}}));
  EXPECT_EQ(Dealing({{9, 1, 2}, {2, 1, 0}, {3, 1, 4}}).stretches(), (std::vector<BlockRun>{{3, 1, 4}, {9, 1, 2}}));
  EXPECT_EQ(Dealing(IoLayout::interleaved, 5, 2).stretches(), (std::vector<BlockRun>{{0, 1, 5}}));
}

TEST(Dealing, HasEveryRankReadAnotherOnes) {
  for (int ranks = 1; ranks < 40; ++ranks) {
    std::vector<int> readers(static_cast<std::size_t>(ranks));
    for (int rank = 0; rank < ranks; ++rank) {
      const int owner = owner_read_by(rank, ranks);
      EXPECT_EQ(reader_of(owner, ranks), rank);
      EXPECT_EQ(owner == rank, ranks == 1);
      ++readers[static_cast<std::size_t>(owner)];
    }
    EXPECT_TRUE(std::ranges::all_of(readers, [](int count) { return count == 1; }));
  }
}

TEST(Dealing, FillsUpTheLastBlock) {
  EXPECT_EQ(blocks_for(1), 1);
  EXPECT_EQ(blocks_for(kBlockCells), 1);
  EXPECT_EQ(blocks_for(kBlockCells + 1), 2);
}

/// One visit of each method on so many ranks; the hash of what was read is the same whatever the way.
std::uint64_t visit_all(int ranks, std::int64_t cells, IoLayout layout, IoSync sync) {
  const TemporaryFolder folder;
  std::uint64_t hash = 0;
  for (const IoMethod& method : io_methods()) {
    if (!method.why_not().empty()) continue;
    on_ranks(ranks, [&](Communicator& comm) {
      IoRoad road(comm, *make_start({}, cells), Dealing(layout, blocks_for(cells), ranks));
      const IoVisit visit{
          .method = &method, .sync = sync, .path = folder.file("road"), .hints = {}, .patience = 300, .keep = false};
      const auto measured = make_io_visit(comm, visit, road);
      ASSERT_TRUE(measured) << method.name;
      EXPECT_EQ(measured->verdict.problem, "") << method.name;
      EXPECT_GT(measured->write.seconds, 0);
      EXPECT_GE(measured->write.seconds, measured->write.phases.transfer);
      if (comm.rank() != 0) return;
      if (hash == 0) hash = measured->verdict.hash;
      EXPECT_EQ(measured->verdict.hash, hash) << method.name;
    });
    EXPECT_EQ(folder.files(), 0U) << method.name;
  }
  return hash;
}

TEST(IoMethods, BringEveryBlockBack) {
  for (int trial = 0; trial < trials(20); ++trial) {
    Random random(static_cast<unsigned>(trial));
    const int ranks = static_cast<int>(random.pick(1, 5));
    const std::int64_t cells = random.pick(1, (random.one_in(3) ? 3 : 30) * kBlockCells);
    const std::uint64_t hash = visit_all(ranks, cells, IoLayout::contiguous, IoSync::synced);
    EXPECT_EQ(visit_all(ranks, cells, IoLayout::interleaved, IoSync::cached), hash);
  }
}

TEST(IoMethods, CarryMoreThanAPieceThroughRank0) {
  // `serial` gathers 2048 blocks at a time.
  for (const IoLayout layout : kLayouts) visit_all(3, 5000 * kBlockCells - 7, layout, IoSync::cached);
}

TEST(IoMethods, ReplaceNoFile) {
  const TemporaryFolder folder;
  for (const IoMethod& method : io_methods()) {
    if (!method.why_not().empty()) continue;
    for (const char* name : {"road", "road.rank0", "road.node0"}) write_text(folder.file(name), "kept");
    on_ranks(2, [&](Communicator& comm) {
      IoRoad road(comm, *make_start({}, 100'000), Dealing(IoLayout::contiguous, blocks_for(100'000), 2));
      const IoVisit visit{.method = &method,
                          .sync = IoSync::synced,
                          .path = folder.file("road"),
                          .hints = {},
                          .patience = 300,
                          .keep = false};
      const std::string said = failure([&] { make_io_visit(comm, visit, road); });
      if (comm.rank() == 0) {
        EXPECT_NE(said.find("cannot write " + folder.file("road")), std::string::npos) << said;
      }
    });
    for (const char* name : {"road", "road.rank0", "road.node0"}) {
      EXPECT_EQ(read_text(folder.file(name)), "kept") << method.name;
    }
    EXPECT_EQ(folder.files(), 3U) << method.name;
  }
}

TEST(IoRoad, LiesWhereDirectCallsTakeIt) {
  on_ranks(3, [&](Communicator& comm) {
    IoRoad road(comm, *make_start({}, 8 * kBlockCells), Dealing(IoLayout::contiguous, 8, 3));
    const std::span<const std::uint64_t> to_read = road.poisoned();
    for (const std::span<const std::uint64_t> words : {road.words(), to_read}) {
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(words.data()) % kBlockBytes, 0U);
    }
  });
}

TEST(IoRoad, FindsEachBlockThatIsWrong) {
  on_ranks(3, [&](Communicator& comm) {
    IoRoad road(comm, *make_start({}, 7 * kBlockCells), Dealing(IoLayout::interleaved, 7, 3));
    const std::span<std::uint64_t> words = road.poisoned();
    // Nobody has read anything.
    const IoRoad::Verdict nothing = road.verify();
    EXPECT_EQ(nothing.problem, "7 of 7 blocks were not read as they were written, block 0 of the road first");
    // What the neighbour has is what was to be read; of rank 1, the middle one of blocks 2 and 5 and so on is not.
    std::vector<std::uint64_t> own(road.words().begin(), road.words().end());
    const Message send{reader_of(comm.rank(), 3), 0, own};
    const Message receive{owner_read_by(comm.rank(), 3), 0, words};
    comm.exchange({&send, 1}, {&receive, 1});
    EXPECT_EQ(road.verify().problem, "");
    if (comm.rank() == 1) words[kBlockWords] ^= 1;
    EXPECT_EQ(road.verify().problem, "1 of 7 blocks were not read as they were written, block 5 of the road first");
  });
}

TEST(FileSystem, IsKnown) {
  const TemporaryFolder folder;
  const FileSystem system = file_system_of(testing::TempDir());
  EXPECT_FALSE(system.type.empty());
  EXPECT_TRUE(system.mount_point.starts_with("/")) << system.mount_point;
  EXPECT_GT(system.free_bytes, 0);
  EXPECT_NE(refusal([&] { file_system_of(folder.file("missing")); }).find("there is no folder"), std::string::npos);
  write_text(folder.file("plain"), "");
  refusal([&] { file_system_of(folder.file("plain")); });
}

TEST(FileSystem, SaysWhatIsInTheCache) {
  const TemporaryFolder folder;
  write_text(folder.file("a"), std::string(100'000, 'a'));
  EXPECT_EQ(part_in_cache(folder.file("a")), 1.0);
  write_text(folder.file("empty"), "");
  EXPECT_FALSE(part_in_cache(folder.file("empty")));
  EXPECT_FALSE(part_in_cache(folder.file("missing")));
}

}  // namespace
}  // namespace trafficbench
