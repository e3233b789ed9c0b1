#include "drivers/report/launches.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "tests/json_text.hpp"
#include "tests/temporary_folder.hpp"

namespace trafficbench {
namespace {

Json machine(const char* model, int cores, double clock_hz) {
  return {{"cpu", {{"model", model}, {"cores", cores}, {"threads_per_core", 1}, {"clock_hz", clock_hz}}},
          {"caches", Json::array()}};
}

// The same cases that the scripts are held to, which compare reports by the same rule (tests/tools_test.py).
TEST(SameMachine, IsWhatTheScriptsTakeForTheSame) {
  const Json cases = json_of(read_text(std::string(TRAFFICBENCH_TESTS_FOLDER) + "/expected/same_machine.json"));
  ASSERT_GE(cases.size(), 5u);
  for (const Json& each : cases) {
    EXPECT_EQ(same_machine(each["one"], each["other"]), each["same"].get<bool>()) << text_of(each);
    EXPECT_EQ(same_machine(each["other"], each["one"]), each["same"].get<bool>()) << text_of(each);
  }
}

TEST(KindsOfMachine, AreNumberedByTheFirstLaunchOnEach) {
  const std::vector<Json> launches{machine("A", 2, 3e9), machine("B", 2, 3e9), machine("A", 2, 2e9),
                                   machine("A", 4, 3e9)};
  EXPECT_EQ(kinds_of_machine(launches), (std::vector<std::size_t>{0, 1, 0, 3}));
}

TEST(KindsOfMachine, AreNotBroughtTogetherByOneThatLacksAFact) {
  Json first = machine("A", 2, 3e9);
  Json second = first;
  const Json unknown = first;
  first["cpu"]["revision"] = "stepping 1";
  second["cpu"]["revision"] = "stepping 2";
  EXPECT_EQ(kinds_of_machine({unknown, first, second}), (std::vector<std::size_t>{0, 0, 2}));
  EXPECT_EQ(kinds_of_machine({first, second, unknown}), (std::vector<std::size_t>{0, 1, 0}));
}

TEST(WhyNotTogether, TellsOfAnotherMachineOrCommit) {
  Json launch = machine("A", 2, 3e9);
  launch["commit"] = "1234";
  Json other = launch;
  other["cpu"]["clock_hz"] = 2e9;
  EXPECT_EQ(why_not_together(launch, other), "");
  other["commit"] = "5678";
  EXPECT_EQ(why_not_together(launch, other), "is of commits 1234 and 5678");
  other = launch;
  other["cpu"]["model"] = "B";
  EXPECT_EQ(why_not_together(launch, other), "is of two machines");
}

}  // namespace
}  // namespace trafficbench
