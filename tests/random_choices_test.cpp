// What the tests rely on: choices that can be repeated, and a line that says how.
#include "tests/random_choices.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <optional>
#include <stdexcept>
#include <string>

#include "tests/reproduction.hpp"

namespace trafficbench {
namespace {

/// A variable of the environment until the end of its scope.
class With {
 public:
  With(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    setenv(name, value, 1);
  }
  ~With() {
    if (before_) {
      setenv(name_, before_->c_str(), 1);
    } else {
      unsetenv(name_);
    }
  }
  With(const With&) = delete;
  With& operator=(const With&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

std::uint64_t first_word(const char* test_seed, unsigned seed) {
  const With with("TRAFFICBENCH_TEST_SEED", test_seed);
  return Random(seed).word();
}

TEST(Random, ChoosesTheSameWithTheSameSeedsAndOtherwiseWithOthers) {
  EXPECT_EQ(first_word("0", 1), first_word("0", 1));
  EXPECT_EQ(first_word("7", 1), first_word("7", 1));
  EXPECT_NE(first_word("7", 1), first_word("0", 1));
  EXPECT_NE(first_word("7", 1), first_word("7", 2));
}

TEST(Random, RefusesATestSeedThatIsNoNumber) {
  for (const char* text : {"", "x", "-1", "7x", "1e3", "99999999999"}) {
    const With with("TRAFFICBENCH_TEST_SEED", text);
    EXPECT_THROW(Random(1), std::invalid_argument) << text;
  }
}

TEST(Trials, AreScaledAndAtLeastOne) {
  const With with("TRAFFICBENCH_TEST_SCALE", "0.5");
  EXPECT_EQ(trials(60), 30);
  EXPECT_EQ(trials(1), 1);
}

TEST(ReproductionOf, NamesTheTestTheProgramAndTheValuesInForce) {
  const With seed("TRAFFICBENCH_TEST_SEED", "7");
  const With scale("TRAFFICBENCH_TEST_SCALE", "0.05");
  const With wait("OMP_WAIT_POLICY", "passive");
  const std::string line = reproduction_of("All/VerifyWindows", "AcceptsWhatIsRight/leap");
  EXPECT_TRUE(line.starts_with("TRAFFICBENCH_TEST_SEED=7 TRAFFICBENCH_TEST_SCALE=0.05 OMP_WAIT_POLICY=passive"))
      << line;
  EXPECT_TRUE(line.ends_with("unit_tests --gtest_filter='All/VerifyWindows.AcceptsWhatIsRight/leap'")) << line;
}

}  // namespace
}  // namespace trafficbench
