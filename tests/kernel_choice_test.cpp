#include "drivers/plan/kernel_choice.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kernels/registry.hpp"
#include "tests/refusal.hpp"
#include "tests/thread_ranks.hpp"

namespace trafficbench {
namespace {

std::vector<std::string> chosen(const std::string& list) {
  std::vector<std::string> names;
  for (const KernelChoice& kernel : KernelNames(list).choose(variants(), true)) names.push_back(kernel.name());
  return names;
}

using Names = std::vector<std::string>;

TEST(KernelNames, AreTakenInTheOrderWrittenEachOnce) {
  EXPECT_EQ(chosen("tiled,naive,tiled"), (Names{"tiled", "naive"}));
  Names all;
  for (const Variant* variant : variants()) all.emplace_back(variant->name);
  EXPECT_EQ(chosen("all"), all);
  EXPECT_EQ(chosen("auto"), (Names{std::string(fastest_of(variants(), true)->name)}));
  EXPECT_EQ(KernelName("auto").choose(variants(), false).variant, fastest_of(variants(), false));
}

TEST(KernelNames, OfOpenMPFormsWantTwoThreads) {
  for (const Variant* variant : variants()) {
    const KernelChoice plain = KernelName(variant->name).choose(variants(), true);
    EXPECT_EQ(plain.variant, variant) << variant->name;
    EXPECT_EQ(plain.min_threads(), 1) << variant->name;
    const KernelChoice threaded = KernelName(threaded_name(*variant)).choose(variants(), true);
    EXPECT_EQ(threaded.variant, variant) << variant->name;
    EXPECT_EQ(threaded.min_threads(), 2) << variant->name;
    EXPECT_EQ(threaded.name(), threaded_name(*variant));
  }
}

TEST(KernelNames, OfBothFormsMeanAnyNumberOfThreads) {
  EXPECT_EQ(chosen("tiled+threads,naive"), (Names{"tiled+threads", "naive"}));
  EXPECT_EQ(chosen("tiled+threads,naive,tiled"), (Names{"tiled", "naive"}));
  EXPECT_EQ(chosen("tiled,tiled+threads"), (Names{"tiled"}));
  EXPECT_EQ(chosen("naive+threads,all").front(), "naive");
}

TEST(KernelNames, ThatAreUnknownAreRefusedWithThoseThereAre) {
  for (const char* name : {"warp", "tiled+", "+threads", "all+threads", "auto+threads", "tiled+threads+threads"}) {
    const std::string said = refusal([&] { chosen(std::string("naive,") + name); }, name);
    EXPECT_NE(said.find("kernel '" + std::string(name) + "'"), std::string::npos) << said;
    EXPECT_NE(said.find("bitsliced"), std::string::npos) << said;
    EXPECT_NE(said.find("+threads"), std::string::npos) << said;
  }
  for (const char* list : {"", "naive,,tiled"}) refusal([&] { chosen(list); }, list);
}

TEST(UseWaves, TakesThoseThatWonTheRaceOrAreNamed) {
  const auto world = world_of_one();
  const std::string fastest = use_waves(*world, "auto").name;
  EXPECT_NE(fastest, "auto");
  EXPECT_EQ(use_waves(*world, fastest).name, fastest);
  EXPECT_NE(refusal([&] { use_waves(*world, "novel"); }, "novel").find("wave 'novel'"), std::string::npos);
}

}  // namespace
}  // namespace trafficbench
