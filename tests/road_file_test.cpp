#include "drivers/io/road_file.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "drivers/base/bad_input.hpp"
#include "drivers/road/simulation.hpp"
#include "kernels/registry.hpp"
#include "tests/plain_road.hpp"
#include "tests/random_choices.hpp"
#include "tests/refusal.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/thread_ranks.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

void save(const PackedRoad& road, int ranks, std::int64_t iteration, const std::string& path) {
  on_ranks(ranks, [&](Communicator& comm) {
    SimulationSetup setup;
    setup.variant = find_variant("bitpacked");
    setup.cells = road.cells();
    Simulation simulation(comm, setup);
    simulation.load(road);
    const RoadFileHeader header{road.cells(), iteration, simulation.hash()};
    save_road(comm, header, simulation, simulation.own_blocks(comm.rank()), path);
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
    ASSERT_EQ(bytes.size(), 40 + 8 * road.words().size());
    EXPECT_EQ(std::memcmp(bytes.data() + 40, road.words().data(), bytes.size() - 40), 0);
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
  // A folder bears the name already.
  std::filesystem::create_directory(folder.file("road"));
  write_text(folder.file("road/inside"), "kept");
  EXPECT_THROW(save(PackedRoad(100), 2, 0, folder.file("road")), BadInput);
  EXPECT_EQ(folder.files(), 2u);
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
      {"another version", with(8, 2), "format version 2"},
      {"no cells", with(16, 0), "0 cells"},
      {"cells beyond a signed number", with(16, -1), "18446744073709551615 cells"},
      {"too many cells", with(16, (std::int64_t{1} << 40) + 1), "cells"},
      {"too many iterations", with(24, kMaxIterations + 1), "iterations: damaged"},
      {"iterations beyond a signed number", with(24, -1), "18446744073709551615 iterations"},
      {"more cells than words", with(16, 321), "truncated"},
      {"fewer cells than words", with(16, 256), "truncated or damaged"},
      {"a byte cut", good.substr(0, good.size() - 1), "truncated"},
      {"a byte more", good + "x", "truncated or damaged"},
      {"no words", good.substr(0, 40), "truncated"},
  };
  for (const auto& damage : cases) {
    write_text(path, damage.text);
    const std::string said = refusal_of(path);
    EXPECT_NE(said.find(damage.said), std::string::npos) << damage.what << ": " << said;
    EXPECT_NE(said.find(path), std::string::npos) << damage.what;
  }
}

}  // namespace
}  // namespace trafficbench
