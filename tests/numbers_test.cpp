#include "drivers/base/numbers.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <string_view>

#include "drivers/plan/axes.hpp"
#include "tests/refusal.hpp"

namespace trafficbench {
namespace {

constexpr std::int64_t kMax = std::int64_t{1} << 50;

TEST(ParseCount, TakesEveryWayToWriteACount) {
  const std::pair<const char*, std::int64_t> cases[] = {{"1", 1},
                                                        {"10240000", 10240000},
                                                        {"1e9", 1000000000},
                                                        {"2.5e6", 2500000},
                                                        {"2^30", 1 << 30},
                                                        {"2^0", 1},
                                                        {"10^3", 1000},
                                                        {"16Ki", 16384},
                                                        {"16Mi", 16 << 20},
                                                        {"4Gi", std::int64_t{4} << 30},
                                                        {"1Ti", std::int64_t{1} << 40},
                                                        {"5k", 5000},
                                                        {"16M", 16000000},
                                                        {"1G", 1000000000},
                                                        {"1T", 1000000000000},
                                                        {"0.5Ki", 512},
                                                        {"1.5k", 1500},
                                                        {"1E3", 1000},
                                                        {"007", 7},
                                                        {"2^40", std::int64_t{1} << 40}};
  for (const auto& [text, number] : cases) EXPECT_EQ(parse_count(text, "cells", 1, kMax), number) << text;
}

TEST(ParseCount, RefusesWhatIsNoWholeNumber) {
  for (const char* text :
       {"",   " ",  "abc", "1.5",  "1e-1",  "nan", "inf", "-inf", "1e400", "1 000", "1,000", "0x10",  "10Ki5",
        "Ki", "2^", "^2",  "2^^3", "2^0.5", "+5",  "5 ",  " 5",   "1e",    "--3",   "5kk",   "1_000", "2^nan"}) {
    EXPECT_NE(refusal([&] { parse_count(text, "cells", 0, kMax); }, text).find("cells '" + std::string(text) + "'"),
              std::string::npos)
        << text;
  }
}

TEST(ParseCount, RefusesWhatIsOutOfRangeAndSaysTheRange) {
  for (const char* text : {"0", "-1", "2^41", "1e30", "-1e30", "2^1023"}) {
    const std::string said = refusal([&] { RoadLength(text, "cells"); }, text);
    EXPECT_NE(said.find(text), std::string::npos) << text;
    EXPECT_NE(said.find("between 1 and 1099511627776"), std::string::npos) << said;
  }
  EXPECT_EQ(RoadLength("2^40").number, std::int64_t{1} << 40);
  refusal([] { RoadLength("1099511627777"); });
}

TEST(ParseCount, TakesDigitsExactly) {
  const std::int64_t most = INT64_MAX;
  EXPECT_EQ(parse_count("9007199254740993", "seed", 0, most), INT64_C(9007199254740993));
  EXPECT_EQ(parse_count("9223372036854775807", "seed", 0, most), most);
  EXPECT_EQ(parse_count("-0", "seed", 0, most), 0);
  for (const char* text : {"9223372036854775808", "-9223372036854775809", "-1"}) {
    EXPECT_NE(refusal([&] { parse_count(text, "seed", 0, most); }, text).find("seed is " + std::string(text)),
              std::string::npos)
        << text;
  }
}

TEST(ParseNumber, TakesWhatIsFiniteAndInRange) {
  EXPECT_EQ(parse_number("0.02", "precision", 0, 1), 0.02);
  EXPECT_EQ(parse_number("1e-3", "precision", 0, 1), 1e-3);
  EXPECT_FALSE(std::signbit(parse_number("-0", "density", 0, 1)));
  for (const char* text : {"", "nan", "inf", "-inf", "1e400", "half", "0.5x", " 1", "-0.1", "1.0001"}) {
    EXPECT_NE(refusal([&] { parse_number(text, "density", 0, 1); }, text).find(text), std::string::npos) << text;
  }
}

TEST(ParseCounts, TakesListsAndRanges) {
  using Numbers = std::vector<std::int64_t>;
  const std::pair<const char*, Numbers> cases[] = {
      {"5", {5}},
      {"1,2,4", {1, 2, 4}},
      {"4,1,4", {4, 1}},
      {"1e2:1e5:x10", {100, 1000, 10000, 100000}},
      {"100:500:100", {100, 200, 300, 400, 500}},
      {"100:550:200", {100, 300, 500}},
      {"1:9", {1, 2, 4, 8}},
      {"7:7", {7}},
      {"1:4,3,1Ki:2Ki", {1, 2, 4, 3, 1024, 2048}},
      {"1:1000:x1000", {1, 1000}},
  };
  for (const auto& [text, numbers] : cases) EXPECT_EQ(parse_counts(text, "cells", 1, 1'000'000), numbers) << text;
}

TEST(ParseCounts, EndsAtTheLargestNumberThereIs) {
  const std::int64_t most = std::int64_t{1} << 40;
  EXPECT_EQ(parse_counts("2^39:2^40", "cells", 1, most), (std::vector<std::int64_t>{most / 2, most}));
  EXPECT_EQ(parse_counts("1:2^40:x2^40", "cells", 1, most), (std::vector<std::int64_t>{1, most}));
}

TEST(ParseCounts, RefusesBadListsAndRanges) {
  for (const char* text : {"", ",", "1,", ",1", "1,,2", "5:1", "1:", ":5", "1:5:", "1:5:0", "1:5:x1", "1:5:x0",
                           "1:5:-1", "1:2:3:4", "1:5:y2", "1;2", "0:5"}) {
    EXPECT_FALSE(refusal([&] { parse_counts(text, "cells", 1, 1000); }, text).empty()) << text;
  }
}

TEST(ParseCounts, RefusesEndlessLists) {
  EXPECT_EQ(parse_counts("1:10000:1", "cells", 1, kMax).size(), 10'000u);
  std::string twice = "1:10000:1";
  for (int i = 0; i < 1000; ++i) twice += ",1:10000:1";
  for (const std::string& text :
       {std::string("1:1e12:1"), std::string("1:10001:1"), std::string("1:10000:1,7"), twice}) {
    const std::string said = refusal([&] { parse_counts(text, "cells", 1, kMax); }, text);
    EXPECT_NE(said.find("more than 10000 numbers"), std::string::npos) << said;
    EXPECT_LT(said.size(), 200u);
  }
}

TEST(ParseCountsOrAuto, TakesBoth) {
  EXPECT_EQ(parse_counts_or_auto("1,auto,1:4,auto", "depth", 8), (std::vector<std::int64_t>{1, 0, 2, 4}));
  for (const char* text : {"", "auto,", "auto,,1", "0", "9", "deep", "1:auto"}) {
    refusal([&] { parse_counts_or_auto(text, "depth", 8); }, text);
  }
}

TEST(CheckPoints, CountsBeforeThereAreAny) {
  check_points({10, 100, 100});
  const std::string said = refusal([] { check_points({10'000, 10'000, 10'000, 10'000, 10'000}); });
  EXPECT_NE(said.find("100000 at most"), std::string::npos) << said;
}

TEST(ParseNames, TakesEachOnceAndNoneThatIsEmpty) {
  EXPECT_EQ(parse_names("a,b,a", "kernels"), (std::vector<std::string>{"a", "b"}));
  for (const char* text : {"", "a,", ",a", "a,,b"}) refusal([&] { parse_names(text, "kernels"); }, text);
}

TEST(LeadingNumber, IsWhatATextBeginsWith) {
  EXPECT_EQ(leading_number("12"), 12);
  EXPECT_EQ(leading_number("12,13"), 12);
  EXPECT_EQ(leading_number("-1"), -1);
  for (const char* none : {"", "node", " 5", "99999999999999999999"}) EXPECT_EQ(leading_number(none), 0) << none;
}

TEST(FormatCount, IsReadBackAsTheSame) {
  const std::pair<std::int64_t, const char*> cases[] = {{0, "0"},
                                                        {7, "7"},
                                                        {100, "100"},
                                                        {1000, "1e3"},
                                                        {2500000, "2.5e6"},
                                                        {10240000, "1.024e7"},
                                                        {1000000000, "1e9"},
                                                        {1234567, "1234567"}};
  for (const auto& [number, text] : cases) {
    EXPECT_EQ(format_count(number), text);
    EXPECT_EQ(parse_count(text, "number", 0, kMax), number) << text;
  }
}

TEST(ParseSeconds, ReadsSecondsAndWhatSlurmWrites) {
  EXPECT_DOUBLE_EQ(parse_seconds("90", "time-limit"), 90);
  EXPECT_DOUBLE_EQ(parse_seconds("2.5", "time-limit"), 2.5);
  EXPECT_DOUBLE_EQ(parse_seconds("1:30", "time-limit"), 90);
  EXPECT_DOUBLE_EQ(parse_seconds("01:00:05", "time-limit"), 3605);
  EXPECT_DOUBLE_EQ(parse_seconds("1-12:00:00", "time-limit"), 129600);
  for (const char* text : {"", "0", "-5", "abc", "1:2:3:4", "1-5", "5m", "::", "nan", "inf", "1:-5"}) {
    EXPECT_THROW(parse_seconds(text, "time-limit"), BadInput) << text;
  }
}

TEST(Counted, KnowsOneFromSeveral) {
  EXPECT_EQ(counted(0, "visit"), "0 visits");
  EXPECT_EQ(counted(1, "visit"), "1 visit");
  EXPECT_EQ(counted(12, "visit"), "12 visits");
}

TEST(FormatRate, HasThreeDigitsOrAllBeforeThePoint) {
  const std::pair<double, const char*> cases[] = {{12345.6, "12346"}, {99.96, "100"},      {12.34, "12.3"},
                                                  {0.4, "0.4"},       {0.01234, "0.0123"}, {0, "0"}};
  for (const auto& [rate, text] : cases) EXPECT_EQ(format_rate(rate), text);
}

}  // namespace
}  // namespace trafficbench
