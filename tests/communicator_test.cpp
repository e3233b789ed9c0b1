// What all communicators have in common.
#include "drivers/ranks/communicator.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

#include "drivers/base/bad_input.hpp"
#include "tests/thread_ranks.hpp"

namespace trafficbench {
namespace {

TEST(Agree, ThrowsOnEveryRankWhatTheLowestOneHasFoundWrong) {
  on_ranks(4, [](Communicator& comm) {
    comm.agree({});
    try {
      comm.agree(comm.rank() >= 2 ? "rank " + std::to_string(comm.rank()) : std::string());
      ADD_FAILURE() << "not thrown on rank " << comm.rank();
    } catch (const BadInput& bad) {
      EXPECT_EQ(std::string(bad.what()), comm.rank() == 0 ? "rank 2" : "");
    }
  });
}

TEST(Agree, ThrowsOnEveryRankThatWorkFailedIfItDidOnOne) {
  on_ranks(4, [](Communicator& comm) {
    try {
      together(comm, [&] {
        if (comm.rank() == 1) throw BadInput("bad input");
        if (comm.rank() == 3) throw WorkFailed("failed");
      });
      ADD_FAILURE() << "not thrown on rank " << comm.rank();
    } catch (const WorkFailed& failed) {
      EXPECT_EQ(std::string(failed.what()), comm.rank() == 0 ? "bad input" : "");
    }
  });
}

TEST(TextOfRank0, IsThereOnEveryRank) {
  on_ranks(3, [](Communicator& comm) {
    for (const std::string& text : {std::string("a\xe9\0b", 4), std::string()}) {
      EXPECT_EQ(text_of_rank_0(comm, comm.rank() == 0 ? text : "another"), text);
    }
  });
}

TEST(WorldSize, IsDoubtedWhereALauncherStartedSeveral) {
  const struct {
    const char* size;
    const char* rank;
  } launchers[] = {{"PMI_SIZE", "PMI_RANK"},
                   {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                   {"SLURM_STEP_NUM_TASKS", "SLURM_PROCID"}};
  const auto clear = [&] {
    for (const auto& launcher : launchers) {
      unsetenv(launcher.size);
      unsetenv(launcher.rank);
    }
  };
  clear();
  EXPECT_NO_THROW(check_world_size(1));
  for (const auto& launcher : launchers) {
    setenv(launcher.size, "1", 1);
    setenv(launcher.rank, "0", 1);
    EXPECT_NO_THROW(check_world_size(1)) << launcher.size;
    setenv(launcher.size, "4", 1);
    EXPECT_NO_THROW(check_world_size(4)) << launcher.size;
    for (const bool speaks : {true, false}) {
      setenv(launcher.rank, speaks ? "0" : "3", 1);
      try {
        check_world_size(1);
        ADD_FAILURE() << "not noticed: " << launcher.size;
      } catch (const BadInput& bad) {
        // One of the lonely processes speaks, the others leave in silence.
        const std::string said = bad.what();
        EXPECT_EQ(said.find("started 4 ranks") != std::string::npos, speaks) << said;
        EXPECT_EQ(said.empty(), !speaks);
      }
    }
    clear();
  }
}

}  // namespace
}  // namespace trafficbench
