#include "drivers/io/road_file.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/checksum.hpp"
#include "drivers/io/dealing.hpp"
#include "drivers/road/simulation.hpp"
#include "kernels/registry.hpp"
#include "kernels/start_state.hpp"
#include "tests/plain_road.hpp"
#include "tests/random_choices.hpp"
#include "tests/refusal.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/thread_ranks.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

constexpr std::size_t kHeaderBytes = 4096;

/// Those that need no MPI.
std::vector<const IoMethod*> methods() {
  std::vector<const IoMethod*> there;
  for (const IoMethod& method : road_file_methods()) {
    if (method.why_not().empty()) there.push_back(&method);
  }
  return there;
}

/// What the ranks own of a road in a simulation, or once it has shifted by so many cells.
std::vector<Block> shifted_blocks(std::int64_t cells, int ranks, int rank, std::int64_t by) {
  const Block block = block_of(cells, ranks, rank);
  if (block.cells == 0) return {};
  const std::int64_t first = (block.first + by) % cells;
  const std::int64_t before_end = std::min(block.cells, cells - first);
  std::vector<Block> blocks{{first, before_end}};
  if (before_end < block.cells) blocks.push_back({0, block.cells - before_end});
  return blocks;
}

void save(const PackedRoad& road, int ranks, std::int64_t iteration, const std::string& path) {
  on_ranks(ranks, [&](Communicator& comm) {
    const RoadFileHeader header{road.cells(), iteration, hash_of(road)};
    std::unique_ptr<NewFile> file;
    together(comm, [&] {
      if (comm.rank() == 0) file = std::make_unique<NewFile>(path, false);
    });
    save_road(
        comm, *methods().back(), header, road, [&](int rank) { return shifted_blocks(road.cells(), ranks, rank, 0); },
        file.get());
  });
}

/// The same as an older program wrote it: the cells, and so much of the header.
void save_as_version(char version, const PackedRoad& road, std::int64_t iteration, const std::string& path) {
  save(road, 1, iteration, path);
  std::string text = read_text(path);
  text[8] = version;
  text.erase(40, kHeaderBytes - 40);
  if (version == 2) {
    const std::uint64_t sum = checksum(std::string_view(text).substr(0, 40));
    text.insert(40, reinterpret_cast<const char*>(&sum), 8);
  }
  write_text(path, text);
}

/// From a simulation that has been loaded with it.
void save_simulated(const PackedRoad& road, int ranks, std::int64_t iteration, const std::string& path) {
  on_ranks(ranks, [&](Communicator& comm) {
    SimulationSetup setup;
    setup.variant = find_variant("bitpacked");
    setup.cells = road.cells();
    Simulation simulation(comm, setup);
    simulation.load(road);
    const RoadFileHeader header{road.cells(), iteration, simulation.hash()};
    std::unique_ptr<NewFile> file;
    together(comm, [&] {
      if (comm.rank() == 0) file = std::make_unique<NewFile>(path, false);
    });
    save_road(
        comm, *methods().front(), header, simulation, [&](int rank) { return simulation.own_blocks(rank); },
        file.get());
  });
}

TEST(RoadFile, KeepsARoadWhateverTheRanks) {
  const TemporaryFolder folder;
  Random random(1);
  for (int trial = 0; trial < trials(60); ++trial) {
    const PackedRoad road = random.road(random.length(trial % 2 == 0 ? 130 : 5'000));
    const std::string path = folder.file("road");
    const int ranks = static_cast<int>(random.pick(1, 7));
    const Trying trying({{"trial", trial}, {"cells", road.cells()}, {"ranks", ranks}});
    std::filesystem::remove(path);
    save_simulated(road, ranks, 42 + trial, path);
    EXPECT_EQ(folder.files(), 1u);  // nothing half-written is left
    const RoadFile file(path);
    ASSERT_EQ(file.cells(), road.cells());
    EXPECT_EQ(file.header().iteration, 42 + trial);
    EXPECT_EQ(file.header().hash, hash_of(road));
    EXPECT_EQ(PackedRoad(file, 0, road.cells()), road);
    const std::int64_t first = random.pick(0, road.cells() - 1);
    const std::int64_t count = random.pick(1, road.cells() - first);
    EXPECT_EQ(PackedRoad(file, first, count), PackedRoad(road, first, count));
    // Word for word what the format says, the bits past the last cell zero.
    const std::string bytes = read_text(path);
    ASSERT_EQ(bytes.size(), kHeaderBytes + 8 * road.words().size());
    EXPECT_EQ(std::memcmp(bytes.data() + kHeaderBytes, road.words().data(), bytes.size() - kHeaderBytes), 0);
  }
}

/// Gives the cells that one rank owns, and no others.
class OwnCells final : public CellSource {
 public:
  OwnCells(const PackedRoad& road, std::vector<Block> own) : road_(road), own_(std::move(own)) {}
  std::int64_t cells() const override { return road_.cells(); }
  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override {
    EXPECT_TRUE(std::ranges::any_of(
        own_, [&](const Block& block) { return first >= block.first && first + count <= block.first + block.cells; }))
        << first << " and " << count;
    longest_ = std::max(longest_, count);
    road_.read(first, count, out);
  }

  /// Cells that were asked for at once.
  std::int64_t longest() const { return longest_; }

 private:
  const PackedRoad& road_;
  std::vector<Block> own_;
  mutable std::int64_t longest_ = 0;
};

/// A length of up to so many blocks, often next to a whole number of them.
std::int64_t length_in_blocks(Random& random, std::int64_t blocks) {
  if (random.one_in(3)) return random.pick(1, blocks * kBlockCells);
  return std::max<std::int64_t>(1, random.pick(0, blocks) * kBlockCells + random.pick(-70, 70));
}

TEST(RoadFile, IsTheSameByEachWayWhereverTheRoadHasShifted) {
  const TemporaryFolder folder;
  Random random(3);
  for (int trial = 0; trial < trials(60); ++trial) {
    const PackedRoad road = random.road(length_in_blocks(random, random.one_in(2) ? 3 : 20));
    const int ranks = static_cast<int>(random.pick(1, 7));
    const std::int64_t shift = random.one_in(2) ? 0 : random.pick(0, road.cells() - 1);
    const FileRounds rounds{.most_blocks = random.one_in(2) ? 0 : random.pick(1, 4)};
    const Trying trying({{"trial", trial},
                         {"cells", road.cells()},
                         {"ranks", ranks},
                         {"shift", shift},
                         {"most_blocks", rounds.most_blocks}});
    for (const IoMethod* method : methods()) {
      const std::string path = folder.file("road");
      std::filesystem::remove(path);
      on_ranks(ranks, [&](Communicator& comm) {
        const auto blocks_of = [&](int rank) { return shifted_blocks(road.cells(), ranks, rank, shift); };
        const OwnCells own(road, blocks_of(comm.rank()));
        std::unique_ptr<NewFile> file;
        if (comm.rank() == 0) file = std::make_unique<NewFile>(path, false);
        EXPECT_TRUE(save_road(comm, *method, {road.cells(), 7, hash_of(road)}, own, blocks_of, file.get(), rounds));
      });
      const std::string bytes = read_text(path);
      ASSERT_EQ(bytes.size(), kHeaderBytes + 8 * road.words().size()) << method->name;
      ASSERT_EQ(std::memcmp(bytes.data() + kHeaderBytes, road.words().data(), bytes.size() - kHeaderBytes), 0)
          << method->name;
      EXPECT_NO_THROW(RoadFile(path).check_cells()) << method->name;
      EXPECT_EQ(folder.files(), 1u) << method->name;
    }
  }
}

TEST(RoadFile, IsReadByEachWayWhateverItsVersion) {
  const TemporaryFolder folder;
  const std::string path = folder.file("road");
  Random random(6);
  for (int trial = 0; trial < trials(40); ++trial) {
    const PackedRoad road = random.road(length_in_blocks(random, random.one_in(2) ? 3 : 20));
    const int ranks = static_cast<int>(random.pick(1, 7));
    const int version = static_cast<int>(random.pick(1, 3));
    const FileRounds rounds{.most_blocks = random.one_in(2) ? 0 : random.pick(1, 4)};
    const Trying trying({{"trial", trial},
                         {"cells", road.cells()},
                         {"ranks", ranks},
                         {"version", version},
                         {"most_blocks", rounds.most_blocks}});
    std::filesystem::remove(path);
    if (version == 3) {
      save(road, 1, 7, path);
    } else {
      save_as_version(static_cast<char>(version), road, 7, path);
    }
    for (const IoMethod* method : methods()) {
      on_ranks(ranks, [&](Communicator& comm) {
        const RoadFile file(path);
        const Block block = block_of(road.cells(), ranks, comm.rank());
        PackedRoad own(block.cells);
        EXPECT_TRUE(read_own_block(comm, *method, file, own.words(), rounds));
        EXPECT_EQ(own, PackedRoad(road, block.first, block.cells)) << method->name << " on rank " << comm.rank();
        EXPECT_EQ(file.fault(), "");
      });
    }
  }
}

TEST(RoadFile, IsWrittenWithoutASecondCopyInMemory) {
  const TemporaryFolder folder;
  const std::int64_t cells = (2048 + 5) * kBlockCells - 5;
  const PackedRoad road(*philox_start(cells, 0.5, 1), 0, cells);
  for (const IoMethod* method : methods()) {
    std::filesystem::remove(folder.file("road"));
    on_ranks(1, [&](Communicator& comm) {
      const OwnCells own(road, {{0, cells}});
      NewFile file(folder.file("road"), false);
      save_road(
          comm, *method, {cells, 0, hash_of(road)}, own,
          [&](int) {
            return std::vector{Block{0, cells}};
          },
          &file);
      EXPECT_LE(own.longest(), 2048 * kBlockCells) << method->name;
    });
    EXPECT_NO_THROW(RoadFile(folder.file("road")).check_cells()) << method->name;
  }
}

/// FileRounds that go on so many times, and note what they were told.
FileRounds rounds_until(int end, std::vector<std::int64_t>& moved) {
  return {.go_on =
              [end, &moved](std::int64_t bytes, std::int64_t all) {
                EXPECT_EQ(all, 5 * kBlockBytes);
                moved.push_back(bytes);
                return moved.size() <= static_cast<std::size_t>(end);
              },
          .most_blocks = 2};
}

TEST(RoadFile, IsWrittenAndReadInRoundsThatMayBeTheLast) {
  const TemporaryFolder folder;
  const PackedRoad road(*philox_start(5 * kBlockCells, 0.5, 1), 0, 5 * kBlockCells);
  const std::vector<std::int64_t> all{0, 2 * kBlockBytes, 4 * kBlockBytes, 5 * kBlockBytes};
  for (const IoMethod* method : methods()) {
    for (int end = 0; end <= 4; ++end) {
      std::vector<std::int64_t> moved;
      const std::vector<std::int64_t> expected(all.begin(), all.begin() + std::min(end + 1, 4));
      on_ranks(1, [&](Communicator& comm) {
        NewFile file(folder.file("road"), true);
        const auto own = [&](int) { return std::vector{Block{0, road.cells()}}; };
        EXPECT_EQ(
            save_road(comm, *method, {road.cells(), 0, hash_of(road)}, road, own, &file, rounds_until(end, moved)),
            end == 4);
      });
      EXPECT_EQ(moved, expected) << method->name;
      EXPECT_EQ(folder.files(), end == 4 ? 1U : 0U) << method->name;
    }
    for (int end = 0; end <= 4; ++end) {
      std::vector<std::int64_t> moved;
      on_ranks(1, [&](Communicator& comm) {
        PackedRoad read(road.cells());
        const RoadFile file(folder.file("road"));
        EXPECT_EQ(read_own_block(comm, *method, file, read.words(), rounds_until(end, moved)), end == 4);
      });
      EXPECT_EQ(moved, (std::vector<std::int64_t>(all.begin(), all.begin() + std::min(end + 1, 4)))) << method->name;
    }
    std::filesystem::remove(folder.file("road"));
  }
}

TEST(RoadFile, IsNotLeftHalfWrittenWhereItCannotBe) {
  const TemporaryFolder folder;
  write_text(folder.file("plain"), "");
  for (const int ranks : {1, 3}) {
    for (const char* name : {"missing/road", "plain/road"}) {
      EXPECT_THROW(save(PackedRoad(100), ranks, 0, folder.file(name)), BadInput) << name;
    }
  }
  EXPECT_EQ(folder.files(), 1u);
}

TEST(RoadFile, ThatAppearedMeanwhileStays) {
  const TemporaryFolder folder;
  const std::string path = folder.file("road");
  std::filesystem::create_directory(path);
  write_text(folder.file("road/inside"), "kept");
  EXPECT_THROW(save(PackedRoad(100), 2, 0, path), WorkFailed);
  EXPECT_EQ(read_text(folder.file("road/inside")), "kept");
}

std::string refusal_of(const std::string& path) {
  return refusal([&] { const RoadFile file(path); }, path);
}

TEST(RoadFile, IsRefusedWhereThereIsNoFile) {
  const TemporaryFolder folder;
  for (const std::string& path : {folder.file("nothing"), folder.file(""), std::string("/dev/null")}) refusal_of(path);
}

TEST(RoadFile, RefusesEveryKindOfDamage) {
  const TemporaryFolder folder;
  const std::string path = folder.file("road");
  Random random(2);
  save(random.road(300), 1, 0, path);
  const std::string good = read_text(path);
  ASSERT_NO_THROW(RoadFile{path});
  const auto with = [&](std::size_t at, std::int64_t value) {
    std::string text = good;
    std::memcpy(text.data() + at, &value, 8);
    const std::uint64_t sum = checksum(std::string_view(text).substr(0, kHeaderBytes - 8));
    std::memcpy(text.data() + kHeaderBytes - 8, &sum, 8);
    return text;
  };
  const struct {
    const char* what;
    std::string text;
    const char* said;
  } cases[] = {
      {"empty", "", "is not a road file"},
      {"header cut", good.substr(0, 39), "is not a road file"},
      {"another magic", "X" + good.substr(1), "is not a road file"},
      {"another version", with(8, 4), "format version 4"},
      {"no version", with(8, 0), "format version 0"},
      {"no cells", with(16, 0), "0 cells"},
      {"cells beyond a signed number", with(16, -1), "18446744073709551615 cells"},
      {"too many cells", with(16, (std::int64_t{1} << 40) + 1), "cells"},
      {"too many iterations", with(24, kMaxIterations + 1), "iterations: damaged"},
      {"iterations beyond a signed number", with(24, -1), "18446744073709551615 iterations"},
      {"more cells than words", with(16, 321), "truncated"},
      {"fewer cells than words", with(16, 256), "truncated or damaged"},
      {"a byte cut", good.substr(0, good.size() - 1), "truncated"},
      {"a byte more", good + "x", "truncated or damaged"},
      {"no words", good.substr(0, kHeaderBytes), "truncated"},
      {"half a header", good.substr(0, kHeaderBytes / 2), "truncated"},
      {"a car beyond its last cell", good.substr(0, good.size() - 1) + "\x80", "beyond its last cell"},
  };
  for (const auto& damage : cases) {
    write_text(path, damage.text);
    const std::string said = refusal_of(path);
    EXPECT_NE(said.find(damage.said), std::string::npos) << damage.what << ": " << said;
    EXPECT_NE(said.find(path), std::string::npos) << damage.what;
  }
}

TEST(RoadFile, RefusesABitThatFlipped) {
  const TemporaryFolder folder;
  const std::string path = folder.file("road");
  Random random(4);
  save(random.road(300), 1, 7, path);
  const std::string good = read_text(path);
  // Of the header's padding some.
  for (std::size_t bit = 0; bit<8 * good.size(); bit += bit> 400 && bit < 8 * (kHeaderBytes - 10) ? 97 : 1) {
    std::string damaged = good;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    write_text(path, damaged);
    const std::string said = refusal([&] { RoadFile(path).check_cells(); }, fmt::format("bit {}", bit));
    EXPECT_NE(said.find(path), std::string::npos) << said;
  }
}

TEST(RoadFile, OfAnOlderVersionIsStillRead) {
  const TemporaryFolder folder;
  const std::string path = folder.file("road");
  Random random(5);
  const PackedRoad road = random.road(300);
  for (const char version : {'\1', '\2'}) {
    std::filesystem::remove(path);
    save_as_version(version, road, 7, path);
    const RoadFile file(path);
    EXPECT_NO_THROW(file.check_cells());
    EXPECT_EQ(file.header().iteration, 7);
    EXPECT_EQ(PackedRoad(file, 0, road.cells()), road);
    std::string text = read_text(path);
    text[25] ^= 1;
    write_text(path, text);
    if (version == 2) {
      EXPECT_NE(refusal_of(path).find("checksum"), std::string::npos);
    }
  }
}

TEST(RoadFile, TellsOfAReadThatFailedAndGivesNoCars) {
  const TemporaryFolder folder;
  const std::string path = folder.file("road");
  save(PackedRoad(*pattern_start(300, "1"), 0, 300), 1, 0, path);
  const RoadFile file(path);
  EXPECT_EQ(file.fault(), "");
  std::filesystem::resize_file(path, kHeaderBytes + 16);
  EXPECT_EQ(PackedRoad(file, 0, 300), PackedRoad(300));
  EXPECT_EQ(file.fault(), path + " cannot be read: it ends at byte 4112, and 4136 were expected");
  EXPECT_NE(refusal([&] { file.check_cells(); }).find("cannot be read"), std::string::npos);
}

}  // namespace
}  // namespace trafficbench
