#include "drivers/io/io_patience.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>

namespace trafficbench {
namespace {

TEST(AnswerWithin, IsNotWaitedForLonger) {
  EXPECT_EQ(answer_within(
                60, [] { return std::string("asked"); }, "otherwise"),
            "asked");
  std::promise<void> end;
  const auto never = std::make_shared<std::shared_future<void>>(end.get_future());
  const auto ask = [never] {
    never->wait();
    return std::string("asked");
  };
  EXPECT_EQ(answer_within(0.01, ask, "otherwise"), "otherwise");
  end.set_value();
}

[[noreturn]] void wait_for_ever() {
  for (;;) pause();
}

/// Waits in a call that is given up at once, and puts its files in order like that.
void hang(int rank, std::function<std::string()> made, std::function<void()> leave) {
  const IoMethod method{.name = "made-up", .summary = ""};
  const IoPatience patience(rank, 0.01, "write", "./road", method, {{"a", "1"}}, std::move(made), std::move(leave));
  wait_for_ever();
}

TEST(IoPatience, EndsALaunchWhereFilesHangToo) {
  constexpr const char* kSaid =
      "^trafficbench: to write ./road by made-up takes longer than 0.01 s, the patience there is: the disks are slow "
      "\\(the hints may be to blame: a=1\\)\n$";
  const auto none = [] { return std::string(); };
  EXPECT_EXIT(hang(0, none, [] {}), testing::ExitedWithCode(1), kSaid);
  EXPECT_EXIT(hang(0, none, wait_for_ever), testing::ExitedWithCode(1), kSaid);
}

}  // namespace
}  // namespace trafficbench
