// The names of a launch's files, and what is done about those of launches that were killed.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "drivers/io/launch_files.hpp"
#include "tests/temporary_folder.hpp"

namespace trafficbench {
namespace {

/// Claims names in the folder and gives them up. Returns what was said meanwhile.
std::string said_at_a_start(const TemporaryFolder& folder, const std::string& host = "here") {
  testing::internal::CaptureStderr();
  { const LaunchFiles launch(folder.file(""), "data", host); }
  return testing::internal::GetCapturedStderr();
}

void write_all(const TemporaryFolder& folder, const std::vector<std::string>& names) {
  for (const std::string& name : names) write_text(folder.file(name), "x");
}

std::string own_launch(const std::string& more = "") {
  return "trafficbench-io.here." + std::to_string(getpid()) + more;
}

TEST(LaunchFiles, RemovesWhatAKilledLaunchHasLeft) {
  const TemporaryFolder folder;
  write_all(folder, {"trafficbench-io.here.77.lock", "trafficbench-io.here.77.1", "trafficbench-io.here.77.12.rank3"});
  const std::vector<std::string> others = {"trafficbench-io.here.77.notes", "trafficbench-io-kept.here.77.2",
                                           "trafficbench-io.here.77", "trafficbench-io.here.x.1", "data.7.1"};
  write_all(folder, others);
  EXPECT_EQ(said_at_a_start(folder), "trafficbench: note: removed 2 files of a killed launch from data\n");
  for (const std::string& name : others) EXPECT_TRUE(std::filesystem::exists(folder.file(name))) << name;
  EXPECT_EQ(folder.files(), others.size());
  EXPECT_EQ(said_at_a_start(folder), "");
}

TEST(LaunchFiles, LeavesWhatIsUnderWay) {
  const TemporaryFolder folder;
  auto first = std::make_unique<LaunchFiles>(folder.file(""), "data", "here");
  write_text(first->stem() + ".1", "x");
  auto second = std::make_unique<LaunchFiles>(folder.file(""), "data", "here");
  EXPECT_NE(first->stem(), second->stem());
  EXPECT_EQ(folder.files(), 3U);
  std::filesystem::remove(first->stem() + ".1");
  first.reset();
  EXPECT_FALSE(std::filesystem::exists(folder.file(own_launch(".lock"))));
  EXPECT_TRUE(std::filesystem::exists(second->lock_path()));
  second.reset();
  EXPECT_EQ(folder.files(), 0U);
}

TEST(LaunchFiles, NamesWhatItDoesNotKnow) {
  const TemporaryFolder folder;
  // Of another host; and without a lock.
  write_all(folder, {"trafficbench-io.there.77.lock", "trafficbench-io.there.77.1", "trafficbench-io.here.78.5"});
  EXPECT_EQ(said_at_a_start(folder),
            "trafficbench: note: 2 files of other launches in data, such as trafficbench-io.here.78.5: remove them if "
            "nothing writes to them any more\n");
  EXPECT_EQ(folder.files(), 3U);
}

TEST(LaunchFiles, RemovesPlainFilesAlone) {
  const TemporaryFolder folder;
  const TemporaryFolder elsewhere;
  write_text(elsewhere.file("precious"), "x");
  write_text(folder.file("trafficbench-io.here.77.lock"), "");
  std::filesystem::create_symlink(elsewhere.file("precious"), folder.file("trafficbench-io.here.77.1"));
  std::filesystem::create_directory(folder.file("trafficbench-io.here.77.2"));
  // A lock that is a link is none.
  std::filesystem::create_symlink(elsewhere.file("precious"), folder.file("trafficbench-io.here.78.lock"));
  write_text(folder.file("trafficbench-io.here.78.1"), "x");
  EXPECT_NE(said_at_a_start(folder).find("note: 3 files of other launches"), std::string::npos);
  EXPECT_EQ(folder.files(), 5U);
  EXPECT_EQ(read_text(elsewhere.file("precious")), "x");
}

TEST(LaunchFiles, KeepsItsLockWhileAFileIsLeft) {
  const TemporaryFolder folder;
  std::string lock;
  {
    const LaunchFiles launch(folder.file(""), "data", "here");
    lock = launch.lock_path();
    write_text(launch.stem() + ".1", "x");
  }
  EXPECT_TRUE(std::filesystem::exists(lock));
  EXPECT_EQ(said_at_a_start(folder), "trafficbench: note: removed 1 file of a killed launch from data\n");
  EXPECT_EQ(folder.files(), 0U);
}

TEST(LaunchFiles, TakesNoNameThatKeptFilesHave) {
  const TemporaryFolder folder;
  const std::string kept = kept_name(folder.file(own_launch(".1")));
  EXPECT_EQ(kept, folder.file("trafficbench-io-kept.here." + std::to_string(getpid()) + ".1"));
  write_text(kept, "x");
  const LaunchFiles launch(folder.file(""), "data", "here");
  EXPECT_TRUE(launch.stem().ends_with("_1")) << launch.stem();
}

TEST(LaunchFiles, TellsHostsApartWhateverTheyAreCalled) {
  const TemporaryFolder folder;
  write_all(folder, {"trafficbench-io.a_5.1.lock", "trafficbench-io.a_5.1.1"});
  said_at_a_start(folder, "a");
  EXPECT_EQ(folder.files(), 2U);
  said_at_a_start(folder, "a.5");
  EXPECT_EQ(folder.files(), 0U);
}

}  // namespace
}  // namespace trafficbench
