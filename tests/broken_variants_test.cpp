// Variants that are broken on purpose, each in one way: `check` and `sweep` must find every one of them.
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "drivers/command/commands.hpp"
#include "drivers/report/report.hpp"
#include "kernels/registry.hpp"
#include "tests/json_text.hpp"
#include "tests/kept_binding.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/thread_ranks.hpp"
#include "tests/wrapped_segment.hpp"

namespace trafficbench {
namespace {

const Variant& sound() { return *find_variant("bitpacked"); }

/// A sound segment, of which those derived spoil some calls.
class Wrapper : public WrappedSegment {
 public:
  explicit Wrapper(const SegmentShape& shape) : WrappedSegment(sound().make(shape)) {}
};

class DoesNothing final : public Wrapper {
 public:
  using Wrapper::Wrapper;
  HaloWidth halo() const override { return rest_; }
  void set_halo(std::span<const std::uint64_t>, std::span<const std::uint64_t>, HaloWidth width) override {
    rest_ = width;
  }
  void advance(std::int64_t k, std::span<MoveCount> moves) override {
    rest_ = {rest_.left - k, rest_.right - k};
    for (MoveCount& count : moves) {
      if (count.wanted) count.moves = 0;
    }
  }

 private:
  HaloWidth rest_;
};

/// Goes on with the halo of the first exchange after a load.
class StaleHalo final : public Wrapper {
 public:
  using Wrapper::Wrapper;
  void load(const CellSource& source, std::int64_t first) override {
    Wrapper::load(source, first);
    left_.clear();
    right_.clear();
  }
  void set_halo(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right, HaloWidth width) override {
    if (left_.empty()) {
      left_.assign(left.begin(), left.end());
      right_.assign(right.begin(), right.end());
    }
    inner_->set_halo(left_, right_, width);
  }

 private:
  std::vector<std::uint64_t> left_;
  std::vector<std::uint64_t> right_;
};

/// One car falls off the road, once.
class LosesACar final : public Wrapper {
 public:
  using Wrapper::Wrapper;
  void load(const CellSource& source, std::int64_t first) override {
    PackedRoad road(source, first, cells());
    for (std::int64_t i = 0; i < road.cells(); ++i) {
      if (!road.car(i)) continue;
      road.set(i, false);
      break;
    }
    inner_->load(road, 0);
  }
};

/// The right state, but a move too many in the last iteration.
class CountsLastWrongly final : public Wrapper {
 public:
  using Wrapper::Wrapper;
  void advance(std::int64_t k, std::span<MoveCount> moves) override {
    Wrapper::advance(k, moves);
    if (!moves.empty()) ++moves.back().moves;
  }
};

/// The right state and the right moves of the last iteration, but one too few before.
class CountsEveryWrongly final : public Wrapper {
 public:
  using Wrapper::Wrapper;
  void advance(std::int64_t k, std::span<MoveCount> moves) override {
    Wrapper::advance(k, moves);
    if (moves.size() > 1 && moves.front().wanted) --moves.front().moves;
  }
};

template <typename Kind>
Variant wrapped(std::string_view name) {
  Variant variant = sound();
  variant.name = name;
  variant.summary = "for tests";
  variant.uses_simd = false;
  variant.make = [](const SegmentShape& shape) -> std::unique_ptr<Segment> { return std::make_unique<Kind>(shape); };
  return variant;
}

struct Table {
  Variant good = wrapped<Wrapper>("wrapped");
  Variant nothing = wrapped<DoesNothing>("nothing");
  Variant stale = wrapped<StaleHalo>("stale");
  Variant loses = wrapped<LosesACar>("loses");
  Variant last = wrapped<CountsLastWrongly>("last");
  Variant every = wrapped<CountsEveryWrongly>("every");
  std::vector<const Variant*> entries{&good, &nothing, &stale, &loses, &last, &every};
};

/// The commands bind threads to cores: undone for the tests that follow.
class BrokenVariants : public testing::Test {
 protected:
  Table table_;
  std::unique_ptr<Communicator> world_ = world_of_one();

 private:
  const KeptBinding kept_;
};

TEST_F(BrokenVariants, AreFoundByCheckInTheRandomRoads) {
  for (const Variant* variant : table_.entries) {
    CheckOptions options;
    options.kernels = KernelNames(variant->name);
    options.cases = 40;
    options.quick = true;
    testing::internal::CaptureStdout();
    const Status status = check(*world_, options, table_.entries);
    const std::string printed = testing::internal::GetCapturedStdout();
    const bool good = variant == &table_.good;
    EXPECT_EQ(status, good ? Status::done : Status::check_failed) << printed;
    // Two lines: random roads, and what the course prints.
    const std::string roads = printed.substr(0, printed.find('\n'));
    EXPECT_EQ(roads.substr(0, 4), good ? "ok  " : "FAIL") << printed;
    EXPECT_NE(roads.find(variant->name), std::string::npos) << printed;
    EXPECT_NE(roads.find("closed form"), std::string::npos) << printed;
    const std::string course = printed.substr(roads.size() + 1);
    EXPECT_NE(course.find("printed velocities"), std::string::npos) << printed;
    // A road of 100,000 cells notices a car or a count only where its six decimals do.
    if (good || variant == &table_.nothing) {
      EXPECT_EQ(course.substr(0, 4), good ? "ok  " : "FAIL") << printed;
    }
  }
}

TEST_F(BrokenVariants, FailTheWholeCheckAmongSoundOnes) {
  CheckOptions options;
  options.kernels = KernelNames("wrapped,loses,wrapped");
  options.cases = 20;
  options.quick = true;
  testing::internal::CaptureStdout();
  const Status status = check(*world_, options, table_.entries);
  testing::internal::GetCapturedStdout();
  EXPECT_EQ(status, Status::check_failed);
}

/// That a row of a sweep is verified where its kernel did what is right, and else says what is wrong.
void expect_right_verdict(const Json& row) {
  const auto kernel = row["kernel"].get<std::string>();
  const auto name = row["name"].get<std::string>();
  // A wrong count of iterations that nobody counts cannot be seen, and does no harm.
  const bool unseen = kernel == "every" && row["count"].get<std::string>() == "sampled";
  const bool good = kernel == "wrapped" || unseen;
  EXPECT_EQ(row["verified"].get<bool>(), good) << name;
  EXPECT_EQ(row.contains("error_message"), !good) << name;
  EXPECT_EQ(row.contains("error_occurred"), !good) << name;
  EXPECT_EQ(row["stopped"].get<std::string>() == "failed", !good) << name;
  EXPECT_EQ(row["speedup"].is_null(), !good) << name;
  if (good || kernel == "stale") return;
  const auto why = row["error_message"].get<std::string>();
  const char* word = kernel == "loses" ? "cars" : kernel == "last" || kernel == "every" ? "moves" : "hash";
  EXPECT_NE(why.find(word), std::string::npos) << name << ": " << why;
}

TEST_F(BrokenVariants, AreFoundBySweepInTheirOwnRowsAndNoOther) {
  const TemporaryFolder folder;
  SweepOptions options;
  options.cells = RoadLengths("1000");
  options.ranks = RankCounts("1");
  options.threads = ThreadCounts("1,2");
  options.oversubscribe = true;
  options.steps = StepsOrAuto("50");
  options.depth = Depths("8");
  options.visits = 1;
  options.rounds = Rounds("1");
  options.spacing = 0;
  options.min_seconds = 0.001;
  options.output = folder.file("report.json");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const Status status = sweep(*world_, options, table_.entries, {"trafficbench", "sweep"});
  const std::string printed = testing::internal::GetCapturedStdout();
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(status, Status::check_failed) << said;
  EXPECT_NE(said.find("NOT VERIFIED"), std::string::npos) << said;
  EXPECT_NE(said.find("failed their verification"), std::string::npos) << said;

  const Json report = json_of(read_text(options.output));
  std::set<std::string> kernels;
  ASSERT_EQ(report["benchmarks"].size(), table_.entries.size() * 2 * 2);
  for (const Json& row : report["benchmarks"]) {
    kernels.insert(row["kernel"].get<std::string>());
    expect_right_verdict(row);
  }
  EXPECT_EQ(kernels.size(), table_.entries.size());
}

TEST_F(BrokenVariants, AreFoundByRunWithAReport) {
  for (const Variant* variant : table_.entries) {
    RunOptions options;
    options.cells = RoadLength("1000");
    options.steps = Steps("50");
    options.kernel = KernelName(variant->name);
    options.threads = ThreadCount("1");
    options.depth = Depth("8");
    options.json = true;
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const Status status = run(*world_, options, table_.entries, {"trafficbench", "run"});
    const Json report = json_of(testing::internal::GetCapturedStdout());
    const std::string said = testing::internal::GetCapturedStderr();
    const bool good = variant == &table_.good;
    EXPECT_EQ(status, good ? Status::done : Status::check_failed) << variant->name;
    EXPECT_EQ(report["benchmarks"][0]["verified"].get<bool>(), good) << variant->name;
    EXPECT_EQ(said.find("NOT VERIFIED") != std::string::npos, !good) << said;
  }
}

}  // namespace
}  // namespace trafficbench
