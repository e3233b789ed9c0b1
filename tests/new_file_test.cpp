#include "drivers/base/new_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/refusal.hpp"
#include "tests/temporary_folder.hpp"

namespace trafficbench {
namespace {

class ANewFile : public testing::Test {
 protected:
  const TemporaryFolder folder_;
  const std::string path_ = folder_.file("result.json");

  /// What a program that was killed leaves; where `host` is not given, one of this host.
  std::string leftover(const std::string& host = {}) const {
    std::string name;
    {
      const NewFile file(path_, false);
      name = file.temporary();
    }
    if (!host.empty()) name = path_ + "." + host + ".1.partial";
    write_text(name, "half of it");
    return name;
  }
};

TEST_F(ANewFile, AppearsWholeOrNotAtAll) {
  {
    NewFile file(path_, false);
    file.write("one ");
    EXPECT_FALSE(std::filesystem::exists(path_));
    file.write("two");
    file.publish();
    EXPECT_EQ(read_text(path_), "one two");
  }
  { NewFile(path_, true).write("given up"); }
  EXPECT_EQ(read_text(path_), "one two");
  EXPECT_EQ(folder_.files(), 1u);
}

TEST_F(ANewFile, ReplacesNothingUnlessItMay) {
  NewFile file(path_, false);
  file.write("mine");
  write_text(path_, "of somebody else");
  const std::string said = failure([&] { file.publish(); });
  EXPECT_EQ(read_text(path_), "of somebody else");
  const std::string kept = said.substr(said.rfind(' ') + 1);
  EXPECT_EQ(read_text(kept), "mine") << said;
  {
    NewFile other(path_, true);  // which takes what was kept for no leftover
    other.write("forced");
    other.publish();
  }
  EXPECT_EQ(read_text(path_), "forced");
  EXPECT_EQ(read_text(kept), "mine");
}

TEST_F(ANewFile, IsRefusedWhileAnotherIsBeingWritten) {
  const NewFile first(path_, false);
  for (const bool replace : {false, true}) {
    const std::string said = refusal([&] { const NewFile second(path_, replace); });
    EXPECT_NE(said.find("another program is writing " + path_), std::string::npos) << said;
    EXPECT_NE(said.find(first.temporary()), std::string::npos) << said;
  }
  EXPECT_NO_THROW(NewFile(path_ + "2", false)) << "another file's business";
}

TEST_F(ANewFile, OfManyThatBeginAtOnceIsOne) {
  std::array<int, 8> began{};
  {
    std::vector<std::unique_ptr<NewFile>> files(began.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < began.size(); ++i) {
      threads.emplace_back([&, i] {
        try {
          files[i] = std::make_unique<NewFile>(path_, false);
          began[i] = 1;
        } catch (const BadInput&) {
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  int all = 0;
  for (const int one : began) all += one;
  EXPECT_EQ(all, 1);
  EXPECT_EQ(folder_.files(), 0u);
}

TEST_F(ANewFile, RemovesWhatAKilledProgramOfThisHostLeft) {
  const std::string left = leftover();
  { const NewFile file(path_, false); }
  EXPECT_FALSE(std::filesystem::exists(left));
}

TEST_F(ANewFile, LeavesWhatAnotherHostLeftAndNamesIt) {
  const std::string left = leftover("elsewhere");
  testing::internal::CaptureStderr();
  { const NewFile file(path_, false); }
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find(left), std::string::npos) << said;
  EXPECT_EQ(read_text(left), "half of it");
}

TEST_F(ANewFile, LeavesFilesThatOnlyLookLikeOne) {
  for (const char* name : {"result.json.partial", "result.json.mine.partial", "result.json.old.x1.partial",
                           "other.json.elsewhere.1.partial", "result.jsonx.elsewhere.1.partial"}) {
    write_text(folder_.file(name), "kept");
  }
  testing::internal::CaptureStderr();
  { const NewFile file(path_, false); }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(folder_.files(), 5u);
}

TEST_F(ANewFile, IsRefusedWhereItCannotBe) {
  EXPECT_NE(refusal([&] { const NewFile file(folder_.file("missing/a"), false); }).find("no folder"),
            std::string::npos);
  EXPECT_NE(refusal([&] { const NewFile file("/proc/a", false); }).find("cannot write /proc/a"), std::string::npos);
  const std::string long_name(256, 'a');
  EXPECT_NE(refusal([&] { check_free(folder_.file(long_name), false); }).find("too long"), std::string::npos);
}

TEST_F(ANewFile, MayHaveAsLongANameAsAnyFile) {
  const std::string name = folder_.file(std::string(255, 'a'));
  {
    const NewFile first(name, false);
    EXPECT_NE(refusal([&] { const NewFile second(name, false); }).find("another program"), std::string::npos);
  }
  write_new_file(name, false, "whole");
  EXPECT_EQ(read_text(name), "whole");
}

TEST_F(ANewFile, IsKeptUnderAnotherNameEachTime) {
  for (const char* text : {"one", "two", "three"}) {
    NewFile file(path_, false);
    file.write(text);
    std::filesystem::remove(path_);
    write_text(path_, "of somebody else");
    const std::string said = failure([&] { file.publish(); });
    EXPECT_EQ(read_text(said.substr(said.rfind(' ') + 1)), text) << said;
  }
  { NewFile(path_, true).publish(); }
  EXPECT_EQ(folder_.files(), 4u);
}

TEST_F(ANewFile, ReplacesNoFileThatIsBeingWritten) {
  write_text(path_, "growing");
  const Descriptor journal(open(path_.c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(flock(journal.get(), LOCK_EX), 0);
  EXPECT_NE(refusal([&] { check_free(path_, true); }).find("another program is writing"), std::string::npos);
}

TEST_F(ANewFile, HasThePermissionsThatTheUserWants) {
  const mode_t before = umask(077);
  write_new_file(path_, false, "");
  umask(before);
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(FilesToRead, ArePlainAndOfABoundedLength) {
  const TemporaryFolder folder;
  const std::string pipe = folder.file("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_NE(refusal([&] { text_of_file(pipe); }).find("not a plain file"), std::string::npos);
  EXPECT_NE(refusal([&] { text_of_file("/dev/zero"); }).find("not a plain file"), std::string::npos);
  EXPECT_NE(refusal([&] { text_of_file(folder.file("")); }).find("is a folder"), std::string::npos);
  EXPECT_NE(refusal([&] { text_of_file(folder.file("none")); }).find("cannot be read: No such"), std::string::npos);
  const std::string vast = folder.file("vast");
  write_text(vast, "");
  std::filesystem::resize_file(vast, std::uintmax_t{1} << 40);
  EXPECT_NE(refusal([&] { text_of_file(vast); }).find("longer than"), std::string::npos);
  write_text(folder.file("empty"), "");
  EXPECT_EQ(text_of_file(folder.file("empty")), "");
}

}  // namespace
}  // namespace trafficbench
