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

TEST(OneLine, ShowsWhatATerminalWouldObey) {
  using namespace std::string_literals;
  EXPECT_EQ(one_line("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x9a\x97 '/a b'"),
            "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x9a\x97 '/a b'");
  EXPECT_EQ(one_line("\x1b[2J\r\x07\x7f\0"s), "\\u001b[2J\\u000d\\u0007\\u007f\\u0000");
  EXPECT_EQ(one_line("two\nlines\tand a tab"), "two\\nlines\\tand a tab");
  EXPECT_EQ(one_line("\xc2\x9b"
                     "31m\xc2\xa0"),
            "\\u009b31m\xc2\xa0");  // a control sequence in one character; a space
  // Right to left, isolated, end of line, byte order mark; not the letters beside them.
  EXPECT_EQ(one_line("a\xe2\x80\xaez\xe2\x81\xa6\xe2\x80\xa8\xef\xbb\xbf\xd8\x9c"),
            "a\\u202ez\\u2066\\u2028\\ufeff\\u061c");
  EXPECT_EQ(one_line("\xe2\x80\x90\xd8\x9b"), "\xe2\x80\x90\xd8\x9b");
  EXPECT_EQ(one_line("a\xffz"), "a" + kReplacement + "z");
}

TEST(Printable, LeavesJsonWhatItIs) {
  const std::string json = "{\n\t\"name\": \"\x7f\xe2\x80\xae\"\n}\n";
  EXPECT_EQ(printable(json), "{\n\t\"name\": \"\\u007f\\u202e\"\n}\n");
}

TEST(Beginning, CutsNoCharacter) {
  EXPECT_EQ(beginning("plain", 5), "plain");
  EXPECT_EQ(beginning("plain", 3), "pla");
  EXPECT_EQ(beginning("caf\xc3\xa9", 5), "caf\xc3\xa9");
  EXPECT_EQ(beginning("caf\xc3\xa9", 4), "caf");
  EXPECT_EQ(beginning("\xf0\x9f\x9a\x97", 3), "");
}

TEST(Shortened, LeavesBeginAndEndAndCutsNoCharacter) {
  EXPECT_EQ(shortened("sixteen letters!", 16), "sixteen letters!");
  EXPECT_EQ(shortened("abcdefghijklmnopqrstuvwxyz", 20), "abcdefghij ... vwxyz");
  for (std::size_t most = 16; most < 40; ++most) {
    std::string text;
    for (int i = 0; i < 30; ++i) text += "\xe2\x82\xac";
    const std::string shorter = shortened(text, most);
    EXPECT_LE(shorter.size(), most);
    EXPECT_GE(shorter.size() + 6, most);
    EXPECT_EQ(valid_utf8(shorter), shorter);
  }
}

TEST(Echoed, IsShortWhateverItIs) {
  for (const char* letter : {"x", "\x1b", "\xff", "\xe2\x80\xae", "\n", "\xf0\x9f\x9a\x97"}) {
    std::string text;
    for (int i = 0; i < 120'000; ++i) text += letter;
    const std::string shown = echoed(text);
    EXPECT_LE(shown.size(), 140U);
    EXPECT_EQ(one_line(shown), shown);
  }
}

}  // namespace
}  // namespace trafficbench
