// Programs that are asked something, and what may become of them.
#include <gtest/gtest.h>

#include <string>

#include "drivers/base/other_program.hpp"
#include "drivers/io/stripes.hpp"

namespace trafficbench {
namespace {

constexpr double kLong = 60;

Answer ask_shell(const std::string& line, double seconds = kLong) { return ask_program({"sh", "-c", line}, seconds); }

TEST(OtherProgram, Answers) {
  const Answer answer = ask_shell("echo one; echo two >&2; cat");
  EXPECT_EQ(answer.text, "one\ntwo\n");
  EXPECT_EQ(answer.problem, "");
}

TEST(OtherProgram, SaysWhatWentWrong) {
  EXPECT_EQ(ask_shell("echo no such thing; echo more; exit 3").problem, "sh ended with status 3: no such thing");
  EXPECT_EQ(ask_shell("kill -9 $$").problem, "sh was ended by signal 9");
  EXPECT_EQ(ask_program({"no-such-program-here"}, kLong).problem, "there is no no-such-program-here on the path");
}

TEST(OtherProgram, IsEndedWithAllThatItHasStarted) {
  EXPECT_EQ(ask_shell("sleep 1000 & sleep 1000", 0.2).problem, "sh takes longer than 0.2 s");
  // It has closed what it could answer by, and goes on.
  EXPECT_EQ(ask_shell("exec >&- 2>&-; sleep 1000", 0.2).problem, "sh takes longer than 0.2 s");
}

TEST(OtherProgram, MayAnswerMoreThanIsKept) {
  const Answer answer = ask_shell("head -c 1000000 /dev/zero");
  EXPECT_EQ(answer.problem, "");
  EXPECT_EQ(answer.text.size(), 65536U);
}

TEST(Stripes, AreFoundInWhatLfsSays) {
  const Stripes found{.count = 4, .bytes = 1048576, .note = {}};
  EXPECT_EQ(stripes_in("lmm_stripe_count:  4\nlmm_stripe_size:   1048576\n"), found);
  EXPECT_EQ(stripes_in("stripe_count:   4 stripe_size:    1048576 stripe_offset:  -1\n"), found);
  for (const char* text : {"", "4\n1048576\n", "lmm_stripe_count:  4\n", "lmm_stripe_count:  four lmm_stripe_size: 1",
                           "lmm_stripe_count: 0 lmm_stripe_size: 1", "lmm_stripe_count: 4 lmm_stripe_size:"}) {
    const Stripes none = stripes_in(text);
    EXPECT_FALSE(none.count && none.bytes) << text;
    EXPECT_NE(none.note.find("lfs getstripe says no numbers"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace trafficbench
