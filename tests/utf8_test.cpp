#include "drivers/base/utf8.hpp"

#include <gtest/gtest.h>

namespace trafficbench {
namespace {

const std::string kReplacement = "\xef\xbf\xbd";

TEST(ValidUtf8, LeavesTextAsItIs) {
  using namespace std::string_literals;
  for (const std::string& text : {""s, "plain"s, "\"quoted\" \\ /"s, "tab\tline\n"s, "zero\0inside"s, "\x7f"s,
                                  "caf\xc3\xa9"s, "\xf0\x9f\x9a\x97"s, kReplacement}) {
    EXPECT_EQ(valid_utf8(text), text);
  }
}

TEST(ValidUtf8, ReplacesWhatIsNone) {
  EXPECT_EQ(valid_utf8("\xff"), kReplacement);
  EXPECT_EQ(valid_utf8("caf\xe9"), "caf" + kReplacement);
  EXPECT_EQ(valid_utf8("a\xc3z"), "a" + kReplacement + "z");
  EXPECT_EQ(valid_utf8("\xf0\x9f\x9a"), kReplacement);                             // cut short
  for (const char* text : {"\xed\xa0\x80", "\xc0\xaf", "\xf8\x88\x80\x80\x80"}) {  // half of a pair, too long, beyond
    const std::string valid = valid_utf8(text);
    EXPECT_EQ(valid.substr(0, 3), kReplacement);
    EXPECT_EQ(valid_utf8(valid), valid);
  }
}

}  // namespace
}  // namespace trafficbench
