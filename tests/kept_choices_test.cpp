// Choices that are kept in the user's cache folder, and waves that come from there.
#include "drivers/machine/kept_choices.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "drivers/plan/kernel_choice.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/thread_ranks.hpp"

namespace trafficbench {
namespace {

/// The cache folder is one of the test's own.
class KeptChoices : public testing::Test {
 protected:
  KeptChoices() { setenv("XDG_CACHE_HOME", folder_.file("cache").c_str(), 1); }
  ~KeptChoices() override {
    unsetenv("XDG_CACHE_HOME");
    if (!home_.empty()) setenv("HOME", home_.c_str(), 1);
  }

  static void write(const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(kept_choices_path()).parent_path());
    std::ofstream(kept_choices_path()) << text;
  }

  TemporaryFolder folder_;
  std::string home_ = getenv("HOME") == nullptr ? "" : getenv("HOME");
};

TEST_F(KeptChoices, AreFoundByTheirKey) {
  EXPECT_EQ(kept_choices_path(), folder_.file("cache") + "/trafficbench/choices.json");
  EXPECT_EQ(kept_choice("one"), std::nullopt);
  EXPECT_TRUE(keep_choice("one", "1"));
  EXPECT_TRUE(keep_choice("two", "2"));
  EXPECT_TRUE(keep_choice("one", "3"));
  EXPECT_EQ(kept_choice("one"), "3");
  EXPECT_EQ(kept_choice("two"), "2");
  EXPECT_EQ(kept_choice("three"), std::nullopt);
}

TEST_F(KeptChoices, OfAFileThatIsNoneOfTheirsAreNone) {
  for (const char* text : {"", "{", "[\"one\"]", "{\"one\": 1}", R"({"one": {"one": "1"}})", "null", "\xff"}) {
    write(text);
    EXPECT_EQ(kept_choice("one"), std::nullopt) << text;
    EXPECT_TRUE(keep_choice("one", "1")) << text;
    EXPECT_EQ(kept_choice("one"), "1") << text;
  }
}

TEST_F(KeptChoices, ThatCannotBeKeptAreNoError) {
  // A file where the folder would be, and a folder where the file would be.
  std::ofstream(folder_.file("cache")) << "";
  EXPECT_FALSE(keep_choice("one", "1"));
  EXPECT_EQ(kept_choice("one"), std::nullopt);
  std::filesystem::remove(folder_.file("cache"));
  std::filesystem::create_directories(kept_choices_path());
  EXPECT_FALSE(keep_choice("one", "1"));
  EXPECT_EQ(kept_choice("one"), std::nullopt);
  setenv("XDG_CACHE_HOME", "relative", 1);
  unsetenv("HOME");
  EXPECT_EQ(kept_choices_path(), "");
  EXPECT_FALSE(keep_choice("one", "1"));
  EXPECT_EQ(kept_choice("one"), std::nullopt);
}

TEST_F(KeptChoices, AreTheWavesOfTheNextStart) {
  const auto world = world_of_one();
  const ChosenWaves raced = use_waves(*world, "auto");
  EXPECT_EQ(raced.how, "a race, kept in " + kept_choices_path());
  const ChosenWaves kept = use_waves(*world, "auto");
  EXPECT_EQ(kept.name, raced.name);
  EXPECT_EQ(kept.how, "kept in " + kept_choices_path());
  EXPECT_EQ(use_waves(*world, "auto", true).how, raced.how);
  EXPECT_EQ(use_waves(*world, raced.name).how, "--wave");
  // A name that this build does not have.
  std::string text = read_text(kept_choices_path());
  text.replace(text.find(raced.name), raced.name.size(), "novel");
  write(text);
  EXPECT_EQ(use_waves(*world, "auto").how, raced.how);
  EXPECT_EQ(use_waves(*world, "auto").how, kept.how);
}

}  // namespace
}  // namespace trafficbench
