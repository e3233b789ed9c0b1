// Pictures of roads that are spread over ranks.
#include "drivers/road/space_time.hpp"

#include <gtest/gtest.h>

#include <string>

#include "drivers/base/bad_input.hpp"
#include "kernels/registry.hpp"
#include "tests/plain_road.hpp"
#include "tests/random_choices.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/thread_ranks.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

/// What write_pgm must have written for a window of `road` and of its `steps` later states.
std::string expected_pgm(PackedRoad road, Block window, std::int64_t steps) {
  std::string text = "P5\n" + std::to_string(window.cells) + " " + std::to_string(steps + 1) + "\n255\n";
  for (std::int64_t step = 0; step <= steps; ++step) {
    for (std::int64_t cell = window.first; cell < window.first + window.cells; ++cell) {
      text += road.car(cell) ? '\0' : '\xff';
    }
    advance_ring(road);
  }
  return text;
}

TEST(SpaceTime, ShowsTheRoadWhateverTheRanks) {
  const TemporaryFolder folder;
  Random random(1);
  for (int trial = 0; trial < trials(40); ++trial) {
    const PackedRoad road = random.road(random.length(trial % 2 == 0 ? 12 : 300));
    const std::int64_t first = random.pick(0, road.cells() - 1);
    const Block window{first, random.pick(1, road.cells() - first)};
    const std::int64_t steps = random.pick(0, 20);
    const int ranks = static_cast<int>(random.pick(1, 7));
    const std::string path = folder.file("road.pgm");
    const Trying trying({{"trial", trial},
                         {"cells", road.cells()},
                         {"ranks", ranks},
                         {"window from", window.first},
                         {"window cells", window.cells},
                         {"iterations", steps}});
    on_ranks(ranks, [&](Communicator& comm) {
      SimulationSetup setup;
      setup.variant = find_variant("bitpacked");
      setup.cells = road.cells();
      Simulation simulation(comm, setup);
      simulation.load(road);
      SpaceTime picture(path, window, steps + 1);
      picture.add(comm, simulation);
      for (std::int64_t step = 0; step < steps; ++step) {
        simulation.advance(1);
        picture.add(comm, simulation);
      }
      if (comm.rank() == 0) {
        NewFile file(path, true);
        picture.save(file);
      }
    });
    EXPECT_EQ(folder.files(), 1u);  // nothing half-written is left
    EXPECT_EQ(read_text(path), expected_pgm(road, window, steps));
  }
}

TEST(SpaceTime, ReadsWindows) {
  EXPECT_EQ(parse_window("auto", 100), (Block{0, 100}));
  EXPECT_EQ(parse_window("auto", 5000), (Block{0, 1000}));
  EXPECT_EQ(parse_window("10:1k", 5000), (Block{10, 1000}));
  EXPECT_EQ(parse_window("99:1", 100), (Block{99, 1}));
  for (const char* text : {"", "5", ":", "1:", ":1", "100:1", "99:2", "0:101", "0:0", "-1:1", "0:1:1", "a:b"}) {
    EXPECT_THROW(parse_window(text, 100), BadInput) << text;
  }
}

TEST(SpaceTime, RefusesWhatIsNoPicture) {
  EXPECT_THROW(SpaceTime("road.gif", {0, 10}, 10), BadInput);
  EXPECT_THROW(SpaceTime("road.pgm", {0, 1000001}, 1), BadInput);
  EXPECT_THROW(SpaceTime("road.pgm", {0, 1}, 1000001), BadInput);
  EXPECT_THROW(SpaceTime("road.pgm", {0, 100000}, 100000), BadInput);
}

}  // namespace
}  // namespace trafficbench
