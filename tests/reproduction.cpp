#include "tests/reproduction.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "tests/random_choices.hpp"

namespace trafficbench {

std::string reproduction_of(const std::string& suite, const std::string& test) {
  std::string command = "TRAFFICBENCH_TEST_SEED=" + test_seed() + " TRAFFICBENCH_TEST_SCALE=" + test_scale();
  // What else decides how a test runs, and what ctest or the caller set.
  for (const std::string name : {"OMP_WAIT_POLICY", "OMP_NUM_THREADS", "OMP_TOOL_LIBRARIES"}) {
    if (const char* value = std::getenv(name.c_str())) command += " " + name + "=" + value;
  }
  std::error_code unknown;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", unknown);
  return command + " " + (unknown ? "unit_tests" : program.string()) + " --gtest_filter='" + suite + "." + test + "'";
}

namespace {

class Reproductions final : public testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo& test) override { not_yet_failed_ = &test; }

  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed() || not_yet_failed_ == nullptr) return;
    const testing::TestInfo& test = *std::exchange(not_yet_failed_, nullptr);
    std::printf("reproduce: %s\n", reproduction_of(test.test_suite_name(), test.name()).c_str());
    std::fflush(stdout);
  }

  // GoogleTest holds a lock while it tells of a failure: it cannot be asked then.
  const testing::TestInfo* not_yet_failed_ = nullptr;
};

// By a static object, since main is GoogleTest's own, which deletes its listeners.
[[maybe_unused]] const bool kListening = [] {
  testing::UnitTest::GetInstance()->listeners().Append(new Reproductions);
  return true;
}();

}  // namespace

}  // namespace trafficbench
