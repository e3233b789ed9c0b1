// Every registered variant, at every instruction set that runs here, against cells that are updated one by one: in all
// the ways that a driver may use a segment, and in its OpenMP form too.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "kernels/registry.hpp"
#include "kernels/ring.hpp"
#include "kernels/start_state.hpp"
#include "tests/every_variant.hpp"
#include "tests/expected_end.hpp"
#include "tests/instruction_sets.hpp"
#include "tests/plain_road.hpp"
#include "tests/random_choices.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

/// How long and how wide the roads of a trial may be.
struct Limits {
  std::int64_t cells = 0;
  std::int64_t halo = 0;
  std::int64_t iterations = 0;
};

std::string text_of(const HaloWidth& width) {
  return std::to_string(width.left) + " and " + std::to_string(width.right);
}

/// One segment in use, beside the same cells as bytes.
class Trial {
 public:
  Trial(const Variant& variant, Random& random, const Limits& limits)
      : random_(random), limits_(limits), own_(random.length(limits.cells)) {
    // One side may have none; halos of one size are the usual case.
    most_ = {random.one_in(5) ? 0 : random.pick(0, limits.halo), random.pick(0, limits.halo)};
    if (random.one_in(3)) most_.right = most_.left;
    threads_ = static_cast<int>(random.one_in(8) ? random.pick(2, 5) : 1);
    SegmentShape shape{own_, most_, {}};
    // Small caches cut short roads into many blocks.
    if (random.one_in(2)) {
      shape.tuning = {512, random.pick(1, 40) * 1024, 1 << 16, {}};
      tuning_ = "L2 of " + std::to_string(shape.tuning.l2_bytes) + " bytes";
    } else {
      // 0 leaves the choice to the kernel.
      for (const Knob& knob : variant.knobs) {
        const std::int64_t value = shape.tuning.knobs[std::string(knob.name)] = random.pick(0, 100);
        tuning_ += std::string(knob.name) + ":" + std::to_string(value) + " ";
      }
    }
    segment_ = make_segment(variant, shape, threads_);
  }

  void run(int trial) {
    const Trying trying({{"trial", trial},
                         {"cells", own_},
                         {"widest halo", text_of(most_)},
                         {"threads", threads_},
                         {"tuning", tuning_}});
    for (std::int64_t loads = random_.pick(1, 2); loads > 0; --loads) {
      load();
      for (std::int64_t halos = random_.pick(1, 4); halos > 0; --halos) {
        set_halo();
        for (std::int64_t advances = random_.pick(1, 3); advances > 0; --advances) {
          advance();
          if (testing::Test::HasFatalFailure()) return;
        }
        // The cells beyond come from the next halo.
        cells_ = Cells(cells_.begin() + rest_.left, cells_.begin() + rest_.left + own_);
      }
    }
  }

 private:
  void load() {
    cells_ = random_.cells(own_);
    const std::int64_t offset = random_.pick(0, 70);
    PackedRoad road(offset + own_ + random_.pick(0, 70));
    copy_cells(pack(cells_, 0, own_), 0, road.words(), offset, own_);
    segment_->load(road, offset);
    rest_ = {};
    ASSERT_EQ(segment_->cells(), own_);
    ASSERT_EQ(segment_->halo(), rest_);
    compare();
  }

  void set_halo() {
    // Often as wide as may be, else less; the sides need not be alike.
    rest_ = {random_.one_in(2) ? most_.left : random_.pick(0, most_.left),
             random_.one_in(2) ? most_.right : random_.pick(0, most_.right)};
    Cells left = random_.cells(rest_.left);
    const Cells right = random_.cells(rest_.right);
    segment_->set_halo(pack(left, 0, rest_.left), pack(right, 0, rest_.right), rest_);
    ASSERT_EQ(segment_->halo(), rest_);
    left.insert(left.end(), cells_.begin(), cells_.end());
    left.insert(left.end(), right.begin(), right.end());
    cells_ = std::move(left);
  }

  std::vector<MoveCount> any_moves(std::int64_t k) {
    std::vector<MoveCount> moves;
    if (random_.one_in(3)) return moves;
    moves.resize(static_cast<std::size_t>(k));
    const bool last_alone = random_.one_in(3);
    const std::int64_t rarity = random_.pick(1, 4);
    for (MoveCount& count : moves) count = {!last_alone && random_.one_in(rarity), kUntouched};
    if (last_alone && k > 0) moves.back().wanted = true;
    return moves;
  }

  void advance() {
    // Whatever is counted, k iterations use up k cells on each side.
    const std::int64_t k = std::min({random_.pick(0, limits_.iterations), rest_.left, rest_.right});
    std::vector<MoveCount> moves = any_moves(k);
    const Trying trying({{"halo", text_of(rest_)}, {"iterations", k}});

    segment_->advance(k, moves);
    for (std::int64_t t = 0; t < k; ++t) {
      const std::int64_t moved = advance_line(cells_, rest_.left - t, own_);
      if (moves.empty()) continue;
      const MoveCount& count = moves[static_cast<std::size_t>(t)];
      ASSERT_EQ(count.moves, count.wanted ? moved : kUntouched) << "iteration " << t;
    }
    rest_ = {rest_.left - k, rest_.right - k};
    ASSERT_EQ(segment_->halo(), rest_);
    compare();
  }

  /// All own cells, and a part of them.
  void compare() {
    std::int64_t first = 0;
    std::int64_t count = own_;
    for (int piece = 0; piece < 2; ++piece) {
      // Bits past the last must be made zero.
      std::vector<std::uint64_t> out(static_cast<std::size_t>(words_for(count)), ~std::uint64_t{0});
      segment_->read(first, count, out);
      ASSERT_EQ(out, pack(cells_, rest_.left + first, count)) << "cells " << first << " + " << count;
      first = random_.pick(0, own_ - 1);
      count = random_.pick(1, own_ - first);
    }
  }

  static constexpr std::int64_t kUntouched = -7;

  Random& random_;
  Limits limits_;
  std::int64_t own_;
  HaloWidth most_;
  int threads_ = 1;
  std::string tuning_;
  std::unique_ptr<Segment> segment_;
  HaloWidth rest_;
  Cells cells_;  // rest_.left cells, the own ones, rest_.right cells
};

using Tested = std::pair<const Variant*, std::string>;

class EveryVariant : public testing::TestWithParam<Tested> {
 protected:
  const Variant& variant() const { return *GetParam().first; }

  void try_segments(int number, const Limits& limits) {
    for (int i = 0; i < trials(number); ++i) {
      Random random(static_cast<unsigned>(i));
      Trial trial(variant(), random, limits);
      trial.run(i);
      if (HasFatalFailure()) return;
    }
  }

 private:
  const WithIsa isa_{GetParam().second};
};

TEST_P(EveryVariant, IsRightOnTinyRoads) { try_segments(2000, {20, 40, 20}); }
TEST_P(EveryVariant, IsRightOnShortRoads) { try_segments(600, {1200, 150, 60}); }
TEST_P(EveryVariant, IsRightWithHalosWiderThanTheRoad) { try_segments(150, {100, 3000, 300}); }
TEST_P(EveryVariant, IsRightOnLongerRoads) { try_segments(60, {20000, 400, 60}); }

// Roads of many words a lane, where the closed form is the judge.
TEST_P(EveryVariant, LongRoadsAgreeWithTheClosedForm) {
  Random random(7);
  for (const int threads : {1, 3}) {
    const bool fast = variant().nominal_rate > 50;
    const std::int64_t cells = fast ? random.pick(300'000, 900'000) : random.pick(30'000, 90'000);
    const std::int64_t depth = random.pick(100, 700);
    const std::int64_t iterations = depth + random.pick(1, depth);
    Tuning tuning;
    tuning.l2_bytes = random.pick(16, 128) << 10;
    const PackedRoad start(*philox_start(cells, 0.1 * static_cast<double>(random.pick(2, 8)), 11), 0, cells);
    Ring ring(variant(), cells, {.threads = threads, .depth = depth, .tuning = tuning});
    const Trying trying({{"threads", threads},
                         {"cells", cells},
                         {"depth", depth},
                         {"iterations", iterations},
                         {"L2", tuning.l2_bytes}});
    ring.load(start);
    std::vector<MoveCount> moves(static_cast<std::size_t>(iterations));
    ring.advance(iterations, moves);
    const ExpectedEnd expected = expected_end(start, iterations);
    EXPECT_EQ(PackedRoad(ring.cells(), 0, cells), expected.road);
    EXPECT_EQ(total_of(moves), expected.moves.total);
    EXPECT_EQ(moves.back().moves, expected.moves.last);
  }
}

TEST_P(EveryVariant, IsReadBySeveralThreadsAtOnce) {
  constexpr std::int64_t kCells = 10'000;
  const PackedRoad start(*philox_start(kCells, 0.5, 3), 0, kCells);
  for (const int threads : {1, 3}) {
    const auto segment = make_segment(variant(), {kCells, {64, 64}, {}}, threads);
    segment->load(start, 0);
    std::vector<PackedRoad> read(4, PackedRoad(0));
    std::vector<std::thread> readers;
    for (std::size_t i = 0; i < read.size(); ++i) {
      readers.emplace_back([&, i] { read[i] = PackedRoad(*segment, static_cast<std::int64_t>(i), 9'000); });
    }
    for (std::thread& reader : readers) reader.join();
    for (std::size_t i = 0; i < read.size(); ++i) {
      EXPECT_EQ(read[i], PackedRoad(start, static_cast<std::int64_t>(i), 9'000))
          << "reader " << i << ", threads " << threads;
    }
  }
}

std::vector<Tested> all_tested() {
  std::vector<Tested> tested;
  for (const Variant* variant : variants()) {
    if (!variant->uses_simd) {
      tested.emplace_back(variant, "auto");
      continue;
    }
    for (const std::string& isa : isas_that_run()) tested.emplace_back(variant, isa);
  }
  return tested;
}

INSTANTIATE_TEST_SUITE_P(All, EveryVariant, testing::ValuesIn(all_tested()),
                         [](const auto& tested) { return test_name(*tested.param.first) + "_" + tested.param.second; });

TEST(Registry, DescribesEveryVariant) {
  std::set<std::string_view> names;
  std::map<std::string_view, std::pair<std::string_view, std::int64_t>> knobs;
  for (const Variant* variant : variants()) {
    EXPECT_TRUE(names.insert(variant->name).second) << variant->name << " stands twice";
    EXPECT_EQ(find_variant(variant->name), variant);
    EXPECT_FALSE(variant->summary.empty()) << variant->name;
    EXPECT_EQ(variant->summary.find('\n'), std::string_view::npos) << variant->name;
    EXPECT_GT(variant->nominal_rate, 0) << variant->name;
    EXPECT_GT(variant->work.bits_per_cell, 0) << variant->name;
    EXPECT_EQ(rung_of(variant->name), static_cast<std::int64_t>(names.size()) - 1);
    for (const Knob& knob : variant->knobs) {
      EXPECT_TRUE(knobs.emplace(knob.name, std::pair(knob.summary, knob.max)).first->second ==
                  std::pair(knob.summary, knob.max))
          << knob.name << " means two things";
      EXPECT_GE(knob.max, 1) << knob.name;
    }
    // At least the cells themselves, a bit each; no more than the course's two arrays of ints and as much again.
    for (const std::int64_t cells : {std::int64_t{1} << 20, std::int64_t{1} << 40}) {
      const std::int64_t bytes = segment_bytes(*variant, {cells, {64, 64}, {}}, 1);
      EXPECT_GE(bytes, cells / 8) << variant->name;
      EXPECT_LE(bytes, 16 * cells) << variant->name;
      EXPECT_GE(segment_bytes(*variant, {cells, {64, 64}, {}}, 4), cells / 8) << variant->name;
    }
  }
  EXPECT_EQ(variants().front()->name, "naive");
  EXPECT_EQ(find_variant("naive+threads"), nullptr);
  EXPECT_EQ(rung_of("naive+threads"), std::nullopt);
  EXPECT_EQ(threaded_name(*find_variant("naive")), "naive+threads");
}

TEST(Registry, FastestGoesByTernaryLogic) {
  EXPECT_EQ(fastest_of(variants(), true)->name, "tiled");
  EXPECT_EQ(fastest_of(variants(), false)->name, "paired");
  for (const std::string& isa : isas_that_run()) {
    const WithIsa with_isa(isa);
    if (isa.starts_with("avx512")) {
      EXPECT_TRUE(has_ternary_logic()) << isa;
    }
    if (isa == "avx2" || isa.starts_with("sse")) {
      EXPECT_FALSE(has_ternary_logic()) << isa;
    }
  }
}

TEST(Registry, NamesTheInstructionSetThatAVariantRuns) {
  EXPECT_EQ(isa_of(*find_variant("naive")), kGenericIsa);
  EXPECT_EQ(isa_of(*find_variant("tiled")), selected_isa());
  // It is there where the build asked for it, on a CPU like that of the build.
  if (const Variant* native = find_variant("naive-native")) {
    EXPECT_EQ(isa_of(*native), "native");
    EXPECT_LT(rung_of("naive"), rung_of("naive-native"));
  }
}

/// One line of text, whatever the shape, and none where there is no choice.
TEST(Registry, SaysWhatAVariantChooses) {
  for (const Variant* variant : variants()) {
    for (const std::int64_t cells : {std::int64_t{1}, std::int64_t{1000}, std::int64_t{1} << 30}) {
      for (const int threads : {1, 3}) {
        const std::string text = segment_configuration(*variant, {cells, {64, 64}, {}}, threads);
        EXPECT_EQ(text.empty(), variant->configuration == nullptr) << variant->name;
        EXPECT_EQ(text.find('\n'), std::string::npos) << variant->name;
      }
    }
  }
}

TEST(Tiled, SaysItsBlocks) {
  const Variant& tiled = *find_variant("tiled");
  const std::string waves = segment_configuration(*find_variant("bitsliced"), {1000, {64, 64}, {}}, 1);
  EXPECT_NE(waves.find(" bits; "), std::string::npos) << waves;
  const auto blocks = [&](std::int64_t cells, const KnobValues& knobs) {
    Tuning tuning;
    tuning.knobs = knobs;
    const std::string text = tiled.configuration({cells, {64, 64}, tuning});
    EXPECT_TRUE(text.starts_with(waves)) << text;
    return text.substr(waves.size());
  };
  // A short road stays in the cache as it is.
  EXPECT_EQ(blocks(1000, {}), "; no blocks");
  EXPECT_NE(blocks(std::int64_t{1} << 30, {}).find("; blocks of "), std::string::npos);
  EXPECT_NE(blocks(std::int64_t{1} << 30, {{"tile", 512}}).find("; blocks of 512 words, 64 levels a trip"),
            std::string::npos);
  EXPECT_NE(blocks(1000, {{"tile", 512}}).find("; blocks of 512 words, "), std::string::npos);
}

TEST(SelectIsa, RefusesWhatIsUnknownAndKeepsTheChoice) {
  const std::string lowest = isas_that_run().back();
  select_isa(lowest);
  EXPECT_EQ(selected_isa(), lowest);
  EXPECT_THROW(select_isa("mmx"), std::invalid_argument);
  EXPECT_EQ(selected_isa(), lowest);
  for (const Isa& isa : built_isas()) {
    if (isa.runs_here) {
      EXPECT_GE(isa.register_bits, 128) << isa.name;
    } else {
      EXPECT_THROW(select_isa(isa.name), std::invalid_argument) << isa.name;
    }
  }
  EXPECT_EQ(selected_isa(), lowest);
  select_isa("auto");
  EXPECT_EQ(selected_isa(), isas_that_run().front());
}

}  // namespace
}  // namespace trafficbench
