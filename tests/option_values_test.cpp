#include "drivers/base/option_values.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "drivers/report/scaling_mode.hpp"
#include "drivers/road/counting_mode.hpp"
#include "tests/refusal.hpp"

namespace trafficbench {
namespace {

template <typename Value>
std::string refusal_of(const std::string& text) {
  return refusal([&] { Value(text, "the option"); }, text);
}

/// Whether a refusal names the option, what it held, and what would be right.
void expect_says(const std::string& said, const std::string& held, const std::string& right) {
  EXPECT_NE(said.find("the option"), std::string::npos) << said;
  EXPECT_NE(said.find(held), std::string::npos) << said;
  EXPECT_NE(said.find(right), std::string::npos) << said;
}

using Numbers = std::vector<std::int64_t>;

TEST(OptionValues, KeepTheTextAsItWasWritten) {
  EXPECT_EQ((Count<1, 100>("1e2").text), "1e2");
  EXPECT_EQ((CountOrAuto<1, 100>("2^5").text), "2^5");
  EXPECT_EQ((CountList<1, 100>("1:4,4").text), "1:4,4");
  EXPECT_EQ((CountListOrAuto<1, 100>("1:4").text), "1:4");
  EXPECT_EQ(CountListWithAuto<100>("auto,07").text, "auto,07");
  EXPECT_EQ(Share(".50").text, ".50");
  EXPECT_EQ(Seconds("1:30").text, "1:30");
  EXPECT_EQ(Choice<ScalingMode>("weak").text, "weak");
  EXPECT_EQ(ChoiceList<CountingMode>("sampled,every,sampled").text, "sampled,every,sampled");
}

TEST(OptionValues, HoldWhatTheTextMeans) {
  EXPECT_EQ((Count<1, 100>("1e2").number), 100);
  EXPECT_EQ((CountOrAuto<1, 100>("7").or_else(3)), 7);
  EXPECT_EQ((CountOrAuto<1, 100>("auto").or_else(3)), 3);
  EXPECT_EQ((CountList<1, 100>("8,1:4").numbers), (Numbers{8, 1, 2, 4}));
  EXPECT_EQ(*(CountListOrAuto<1, 100>("1,2").numbers), (Numbers{1, 2}));
  EXPECT_FALSE((CountListOrAuto<1, 100>("1,2").automatic()));
  EXPECT_TRUE((CountListOrAuto<1, 100>("auto").automatic()));
  EXPECT_EQ(CountListWithAuto<100>("2,auto").numbers, (Numbers{2, kAuto}));
  EXPECT_EQ(Share("0.25").number, 0.25);
  EXPECT_EQ(Seconds("1:30").number, 90);
  EXPECT_EQ(Choice<ScalingMode>("strong").value, ScalingMode::strong);
  EXPECT_EQ(ChoiceList<CountingMode>("sampled,every,sampled").values,
            (std::vector{CountingMode::sampled, CountingMode::every}));
}

TEST(OptionValues, RefuseWhatIsBeyondTheirLimits) {
  for (const char* text : {"0", "101"}) {
    expect_says(refusal_of<Count<1, 100>>(text), text, "between 1 and 100");
    expect_says(refusal_of<CountOrAuto<1, 100>>(text), text, "between 1 and 100");
    expect_says(refusal_of<CountList<1, 100>>(std::string("5,") + text), text, "between 1 and 100");
    expect_says(refusal_of<CountListOrAuto<1, 100>>(std::string("5,") + text), text, "between 1 and 100");
    expect_says(refusal_of<CountListWithAuto<100>>(std::string("auto,") + text), text, "between 1 and 100");
  }
  expect_says(refusal_of<Share>("1.5"), "1.5", "between 0 and 1");
  expect_says(refusal_of<Seconds>("0"), "'0'", "write seconds");
  // Only where it may stand.
  expect_says(refusal_of<Count<1, 100>>("auto"), "'auto'", "whole number");
  expect_says(refusal_of<CountList<1, 100>>("1,auto"), "'auto'", "whole number");
  expect_says(refusal_of<CountListOrAuto<1, 100>>("1,auto"), "'auto'", "whole number");
}

TEST(OptionValues, RefuseANameWithThoseThatWouldDo) {
  expect_says(refusal_of<Choice<CountingMode>>("some"), "'some'", "it is every or sampled");
  expect_says(refusal_of<Choice<CountingMode>>("every,sampled"), "'every,sampled'", "it is every or sampled");
  expect_says(refusal_of<ChoiceList<CountingMode>>("every,some"), "'some'", "every, sampled, or both");
  expect_says(refusal_of<ChoiceList<CountingMode>>("every,"), "'every,'", "empty name");
  expect_says(refusal_of<Choice<ScalingMode>>("Weak"), "'Weak'", "weak (the same cells for each core)");
}

}  // namespace
}  // namespace trafficbench
