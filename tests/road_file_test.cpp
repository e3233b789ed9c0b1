#include "drivers/io/road_file.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string_view>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/checksum.hpp"
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

constexpr std::size_t kHeaderBytes = 48;

void save(const PackedRoad& road, int ranks, std::int64_t iteration, const std::string& path) {
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
    save_road(comm, header, simulation, simulation.own_blocks(comm.rank()), file.get());
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
    save(road, ranks, 42 + trial, path);
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
      {"another version", with(8, 3), "format version 3"},
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
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    std::string damaged = good;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    write_text(path, damaged);
    const std::string said = refusal([&] { RoadFile(path).check_cells(); }, fmt::format("bit {}", bit));
    EXPECT_NE(said.find(path), std::string::npos) << said;
  }
}

TEST(RoadFile, OfVersion1IsStillRead) {
  const TemporaryFolder folder;
  const std::string path = folder.file("road");
  Random random(5);
  const PackedRoad road = random.road(300);
  save(road, 1, 7, path);
  std::string text = read_text(path);
  text[8] = 1;
  write_text(path, text.erase(kHeaderBytes - 8, 8));
  const RoadFile file(path);
  EXPECT_NO_THROW(file.check_cells());
  EXPECT_EQ(file.header().iteration, 7);
  EXPECT_EQ(PackedRoad(file, 0, road.cells()), road);
}

TEST(RoadFile, TellsOfAReadThatFailedAndGivesNoCars) {
  const TemporaryFolder folder;
  const std::string path = folder.file("road");
  save(PackedRoad(*pattern_start(300, "1"), 0, 300), 1, 0, path);
  const RoadFile file(path);
  EXPECT_EQ(file.fault(), "");
  std::filesystem::resize_file(path, kHeaderBytes + 16);
  EXPECT_EQ(PackedRoad(file, 0, 300), PackedRoad(300));
  EXPECT_NE(file.fault().find(path), std::string::npos) << file.fault();
  EXPECT_NE(refusal([&] { file.check_cells(); }).find("cannot be read"), std::string::npos);
}

}  // namespace
}  // namespace trafficbench
