// A knob that a variant declares is an option of the command line without another edit.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "drivers/command/knobs.hpp"
#include "tests/choosing_kernel.hpp"
#include "tests/refusal.hpp"

namespace trafficbench {
namespace {

class KnobOptionsOfATable : public testing::Test {
 protected:
  void add() { add_knobs(app_, table_, knobs_); }

  const Variant strider_ = with_a_choice("strider");
  std::vector<const Variant*> table_{&variant::example(), &strider_};
  CLI::App app_;
  KnobOptions knobs_;
};

TEST_F(KnobOptionsOfATable, HaveTheNameTheSummaryAndTheDefaultOfTheKnob) {
  add();
  ASSERT_EQ(knobs_.size(), 1u);
  EXPECT_EQ(knobs_.at("stride").text, "auto");
  EXPECT_TRUE(values_of(knobs_).empty());
  const CLI::Option* option = app_.get_option("--stride");
  EXPECT_EQ(option->get_description(), "Words at a time of the kernel strider; auto: eight of them");
  EXPECT_EQ(option->get_default_str(), "auto");
}

TEST_F(KnobOptionsOfATable, NameAllKernelsThatShareAKnob) {
  const Variant other = with_a_choice("runner");
  table_.push_back(&other);
  add();
  EXPECT_EQ(app_.get_option("--stride")->get_description(),
            "Words at a time of the kernels strider, runner; auto: eight of them");
}

TEST_F(KnobOptionsOfATable, KeepTheTextAndHoldTheNumber) {
  add();
  app_.parse("--stride 1e1");
  EXPECT_EQ(knobs_.at("stride").text, "1e1");
  EXPECT_EQ(values_of(knobs_), (KnobValues{{"stride", 10}}));
}

TEST_F(KnobOptionsOfATable, RefuseWhatIsBeyondTheLimitsOfTheKnob) {
  add();
  const std::pair<std::string, std::string> refusals[] = {{"0", "stride is 0: it must be between 1 and 100"},
                                                          {"101", "stride is 101: it must be between 1 and 100"},
                                                          {"wide", "stride 'wide' is not a whole number"}};
  for (const auto& [text, said] : refusals) {
    const std::string line = "--stride " + text;
    const std::string refused = refusal([&] { app_.parse(line); }, line);
    EXPECT_TRUE(refused.starts_with(said)) << refused;
  }
}

}  // namespace
}  // namespace trafficbench
