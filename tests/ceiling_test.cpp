#include "drivers/measure/ceiling.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

#include "drivers/measure/ceiling_ops.hpp"
#include "drivers/measure/ceiling_report.hpp"
#include "kernels/aligned_buffer.hpp"
#include "kernels/clock.hpp"
#include "kernels/isa.hpp"
#include "kernels/registry.hpp"
#include "tests/instruction_sets.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

constexpr double kHz = 1e9;

/// A machine with round numbers: 1 GHz, two cores, L1 of 32 KiB and memory beyond.
Ceiling made_up() {
  return {.clock_hz = kHz,
          .boolean = {{.isa = "wide",
                       .register_bits = 512,
                       .two_operand = 2,
                       .ternary_constant = 2,
                       .ternary_fresh = 1,
                       .ternary_shared = 1},
                      {.isa = "plain", .register_bits = 256, .two_operand = 3}},
          .bandwidth = {{"L1", 1, 32 << 10, 16 << 10, 100e9, 80e9},
                        {"memory", 1, 0, 64 << 20, 20e9, 10e9},
                        {"L1", 2, 32 << 10, 16 << 10, 200e9, 160e9},
                        {"memory", 2, 0, 64 << 20, 24e9, 12e9}}};
}

Variant bits(Work work) {
  Variant variant;
  variant.work = work;
  return variant;
}

const Work kSliced{.bits_per_cell = 1, .register_bits_per_cell = 1};

double cells_per_second(const Ceiling& ceiling, const Work& work, const LimitPoint& point) {
  const auto limit = limit_of(ceiling, bits(work), point);
  return limit ? limit->cells_per_second : 0;
}

TEST(Limit, OfOperationsMixesTernaryAndTwoOperandOnes) {
  // One ternary a cycle, and half a compare-exchange with the other operation.
  const auto limit = limit_of(made_up(), bits(kSliced), {"wide", 1000});
  ASSERT_TRUE(limit);
  EXPECT_EQ(limit->name, "wide operations");
  EXPECT_NEAR(limit->cells_per_second / kHz, 512 * (1 + 1.0 / 2), 1e-6);
  // Two operations each.
  EXPECT_NEAR(cells_per_second(made_up(), kSliced, {"plain", 1000}) / kHz, 256 * 3.0 / 2, 1e-6);
}

/// Worked out by hand, as the cheapest mixture of ways: so many registers a cycle of a core that makes `all`
/// operations, `ternary` of which may be ternary.
struct Cheapest {
  double all;
  double ternary;
  CountingMode counting;
  double registers;
};

TEST(Limit, OfOperationsIsThatOfTheCheapestMixtureOfWays) {
  constexpr CountingMode kSampled = CountingMode::sampled;
  constexpr CountingMode kEvery = CountingMode::every;
  const Cheapest cases[] = {
      {4, 0, kSampled, 2},      // two plain ones each
      {4, 2, kSampled, 3},      // 2 by a ternary one, and 1 by the other two
      {4, 4, kSampled, 4},      // a ternary one each
      {3, 0, kEvery, 3.0 / 5},  // minimum, maximum, and for every second one the changes and a full adder of five
      {4, 0, kEvery, 4.0 / 5},  // likewise
      {4, 1, kEvery, 1.1},      // adders of two ternary ones, until those are used up; the rest as before
      {4, 2, kEvery, 4.0 / 3},  // half of them by ternary ones throughout, half by adders of ternary ones
      {4, 4, kEvery, 1.6},      // two ternary ones and half a plain one each
  };
  for (const Cheapest& each : cases) {
    const Trying trying({{"all", each.all}, {"ternary", each.ternary}, {"counting", name_of(each.counting)}});
    Ceiling ceiling = made_up();
    // The better of both orders of operands counts.
    ceiling.boolean = {{.isa = "one",
                        .register_bits = 256,
                        .two_operand = each.all,
                        .ternary_constant = each.all,
                        .ternary_fresh = each.ternary / 2,
                        .ternary_shared = each.ternary}};
    const LimitPoint point{.isa = "one", .cells_per_core = 1000, .cores = 1, .counting = each.counting};
    EXPECT_NEAR(cells_per_second(ceiling, kSliced, point) / kHz, 256 * each.registers, 1e-6);
    std::swap(ceiling.boolean[0].ternary_fresh, ceiling.boolean[0].ternary_shared);
    EXPECT_NEAR(cells_per_second(ceiling, kSliced, point) / kHz, 256 * each.registers, 1e-6);
  }
}

TEST(Limit, OfOperationsTakesTheBestRegisterLength) {
  Ceiling ceiling = made_up();
  ceiling.boolean.push_back({.isa = "wide", .register_bits = 256, .two_operand = 4, .ternary_shared = 4});
  EXPECT_NEAR(cells_per_second(ceiling, kSliced, {"wide", 1000}) / kHz, 1024, 1e-6);
}

TEST(Limit, OfOperationsScalesWithCoresAndWithBitsOfACell) {
  EXPECT_NEAR(cells_per_second(made_up(), kSliced, {"plain", 1000, 2}) / kHz, 768, 1e-6);
  Work bytes = kSliced;
  bytes.register_bits_per_cell = 8;
  EXPECT_NEAR(cells_per_second(made_up(), bytes, {"plain", 1000}) / kHz, 48, 1e-6);
  Work shifts = kSliced;
  shifts.extra_operations = 2;  // as many again as the update takes
  EXPECT_NEAR(cells_per_second(made_up(), shifts, {"plain", 1000}) / kHz, 192, 1e-6);
}

TEST(Limit, OfBandwidthIsOfTheLevelThatHoldsTheRoad) {
  const Work work{.bits_per_cell = 8, .bytes_per_trip = 2};
  const auto in_cache = limit_of(made_up(), bits(work), {"generic", 32 << 10});
  ASSERT_TRUE(in_cache);
  EXPECT_EQ(in_cache->name, "L1 bandwidth");
  EXPECT_NEAR(in_cache->cells_per_second, 50e9, 1);
  const auto in_memory = limit_of(made_up(), bits(work), {"generic", (32 << 10) + 1});
  ASSERT_TRUE(in_memory);
  EXPECT_EQ(in_memory->name, "memory bandwidth");
  EXPECT_NEAR(in_memory->cells_per_second, 10e9, 1);
}

TEST(Limit, OfBandwidthIsSharedByCores) {
  const Work work{.bits_per_cell = 8, .bytes_per_trip = 2};
  EXPECT_NEAR(cells_per_second(made_up(), work, {"generic", 1 << 20, 2}), 12e9, 1);
  // Two nodes of that kind.
  EXPECT_NEAR(cells_per_second(made_up(), work, {"generic", 1 << 20, 4}), 24e9, 1);
}

TEST(Limit, OfATiledRoadIsThatOfItsTripsOrOfItsBlocks) {
  Work work{.bits_per_cell = 8, .bytes_per_trip = 2, .iterations_per_trip = 4};
  EXPECT_NEAR(cells_per_second(made_up(), work, {"generic", 1 << 20}), 40e9, 1);
  work.bytes_per_update = 4;
  const auto limit = limit_of(made_up(), bits(work), {"generic", 1 << 20});
  ASSERT_TRUE(limit);
  EXPECT_EQ(limit->name, "L1 bandwidth");
  EXPECT_NEAR(limit->cells_per_second, 25e9, 1);
}

TEST(Limit, IsTheLowest) {
  Work work = kSliced;
  work.bytes_per_trip = 0.25;
  EXPECT_EQ(limit_of(made_up(), bits(work), {"plain", 1 << 20})->name, "memory bandwidth");
  work.iterations_per_trip = 100;
  EXPECT_EQ(limit_of(made_up(), bits(work), {"plain", 1 << 20})->name, "plain operations");
}

TEST(Limit, IsLeftOutWhereNothingIsKnown) {
  EXPECT_FALSE(limit_of(made_up(), bits({}), {"wide", 1000}));
  EXPECT_FALSE(limit_of({}, bits(kSliced), {"wide", 1000}));
  EXPECT_FALSE(limit_of(made_up(), bits(kSliced), {"unheard-of", 1000}));
  Variant jump = bits(kSliced);
  jump.kernel_class = KernelClass::closed_form;
  EXPECT_FALSE(limit_of(made_up(), jump, {"wide", 1000}));
}

TEST(Limit, IsKnownForEveryVariantThatUpdates) {
  Ceiling ceiling = made_up();
  ceiling.boolean[0].isa = selected_isa();
  for (const Variant* variant : variants()) {
    if (variant->kernel_class != KernelClass::update) continue;
    for (const std::int64_t cells : {std::int64_t{1}, std::int64_t{1000000}, std::int64_t{1} << 40}) {
      const std::string isa = isa_of(*variant);
      const auto limit = limit_of(ceiling, *variant, {isa, cells});
      ASSERT_TRUE(limit) << variant->name;
      EXPECT_TRUE(std::isfinite(limit->cells_per_second) && limit->cells_per_second > 0)
          << variant->name << ", cells " << cells;
    }
  }
}

/// Measured once, with small caches so that it takes little time; no figure of it is checked
/// against a time.
const Ceiling& measured() {
  static const Ceiling ceiling = [] {
    const Tuning caches{.l3_bytes = 0};
    Ceiling parts{.clock_hz = measure_clock_hz(),
                  .boolean = measure_boolean_rates(1),
                  .bandwidth = measure_bandwidth(1, caches, "memory", 1)};
    const auto all = measure_bandwidth(2, caches, "memory", 1);
    parts.bandwidth.insert(parts.bandwidth.end(), all.begin(), all.end());
    return parts;
  }();
  return ceiling;
}

TEST(Ceiling, CoversEveryInstructionSetThatRunsHere) {
  const std::string selected = selected_isa();
  std::set<std::string> expected;
  for (const Isa& isa : built_isas()) {
    select_isa(isa.runs_here ? isa.name : "auto");
    if (isa.runs_here && has_boolean(BooleanLoop::two_operand)) expected.insert(isa.name);
  }
  select_isa(selected);
  std::set<std::string> found;
  for (const BooleanRate& rate : measured().boolean) {
    found.insert(rate.isa);
    EXPECT_GE(rate.register_bits, 128) << rate.isa;
    EXPECT_GT(rate.two_operand, 0) << rate.isa;
    EXPECT_EQ(rate.ternary_fresh > 0, rate.ternary_constant > 0) << rate.isa;
    EXPECT_EQ(rate.ternary_fresh > 0, rate.ternary_shared > 0) << rate.isa;
    for (const double value : {rate.two_operand, rate.ternary_constant, rate.ternary_fresh}) {
      EXPECT_TRUE(std::isfinite(value)) << rate.isa;
    }
  }
  EXPECT_EQ(found, expected);
  EXPECT_EQ(selected_isa(), selected);
}

TEST(Ceiling, CoversEveryLevelForOneCoreAndForAll) {
  std::vector<std::string> levels;
  for (const Bandwidth& level : measured().bandwidth) {
    levels.push_back(level.level + ":" + std::to_string(level.threads));
    const Trying trying({{"level", levels.back()}});
    EXPECT_GT(level.block_bytes, 0);
    EXPECT_EQ(level.block_bytes % kStreamBlock, 0);
    EXPECT_TRUE(level.capacity_bytes == 0 || level.block_bytes <= level.capacity_bytes);
    EXPECT_TRUE(std::isfinite(level.read) && level.read > 0);
    EXPECT_TRUE(std::isfinite(level.update) && level.update > 0);
  }
  EXPECT_EQ(levels, (std::vector<std::string>{"L1:1", "L2:1", "memory:1", "L1:2", "L2:2", "memory:2"}));
}

TEST(Ceiling, EndsAtTheLevelThatHoldsTheRoad) {
  const Tuning caches{.l1_bytes = 32 << 10, .l2_bytes = 256 << 10, .l3_bytes = 0};
  EXPECT_EQ(level_that_holds(1, caches), "L1");
  EXPECT_EQ(level_that_holds(32 << 10, caches), "L1");
  EXPECT_EQ(level_that_holds((32 << 10) + 1, caches), "L2");
  EXPECT_EQ(level_that_holds(256 << 10, caches), "L2");
  EXPECT_EQ(level_that_holds((256 << 10) + 1, caches), "memory");
  std::vector<std::string> levels;
  for (const Bandwidth& level : measure_bandwidth(1, caches, "L2", 1)) levels.push_back(level.level);
  EXPECT_EQ(levels, (std::vector<std::string>{"L1", "L2"}));
}

/// What a sweep measures is enough: without the levels beyond the road every limit is the same.
TEST(Limit, OfARoadComesFromNoLevelBeyondIt) {
  const Ceiling all = made_up();
  Ceiling caches = all;
  std::erase_if(caches.bandwidth, [](const Bandwidth& level) { return level.level == "memory"; });
  for (const Variant* variant : variants()) {
    if (variant->kernel_class != KernelClass::update) continue;
    for (const int cores : {1, 2}) {
      std::int64_t cells = 1;
      for (; road_bytes_per_core(*variant, cells) <= 32 << 10; cells *= 2) {
        const auto expected = limit_of(all, *variant, {"wide", cells, cores});
        const auto limit = limit_of(caches, *variant, {"wide", cells, cores});
        const Trying trying({{"kernel", variant->name}, {"cells", cells}, {"cores", cores}});
        ASSERT_TRUE(limit && expected);
        EXPECT_EQ(limit->name, expected->name);
        EXPECT_EQ(limit->cells_per_second, expected->cells_per_second);
      }
      EXPECT_GT(cells, 1);
    }
  }
}

TEST(Ceiling, HasAClock) {
  EXPECT_TRUE(std::isfinite(measured().clock_hz));
  EXPECT_GT(measured().clock_hz, 0);
  EXPECT_GT(measure_clock_hz(1), 0);
}

TEST(Ceiling, StartsTogetherAsOftenForTheSameArguments) {
  int calls = 0;
  const Tuning small{.l1_bytes = 32 << 10, .l2_bytes = 0, .l3_bytes = 0};
  Together together;
  together.start = [&] { ++calls; };
  const auto bandwidth = measure_bandwidth(1, small, "memory", 3, kNoLimit, together);
  EXPECT_EQ(calls, 2 * 3 * static_cast<int>(bandwidth.size()));
}

TEST(Ceiling, TakesLessMemoryWhereThereIsLess) {
  const Tuning small{.l1_bytes = 32 << 10, .l2_bytes = 0, .l3_bytes = 0};
  const auto block_of_last = [&](std::int64_t memory) {
    return measure_bandwidth(1, small, "memory", 1, memory).back().block_bytes;
  };
  EXPECT_LE(block_of_last(32 << 20), 8 << 20);
  EXPECT_GE(block_of_last(32 << 20), 64 << 10) << "shorter than what a cache holds";
  // There is no memory for a block that is longer than the cache: the level is left out.
  EXPECT_EQ(measure_bandwidth(1, small, "memory", 1, 64 << 10).size(), 1u);
}

TEST(Ceiling, LeavesOutALevelForWhichOneRankHasNoMemory) {
  const Tuning small{.l1_bytes = 32 << 10, .l2_bytes = 256 << 10, .l3_bytes = 0};
  int asked = 0;
  Together together;
  together.all = [&](bool mine) { return mine && ++asked < 2; };
  EXPECT_EQ(measure_bandwidth(1, small, "memory", 1, kNoLimit, together).size(), 1u);
}

TEST(CeilingOps, ReadWholeBlocksAndUpdateThem) {
  constexpr std::int64_t kWords = 2 * kStreamBlock / 8;
  for (const std::string& name : isas_that_run()) {
    const WithIsa isa(name);
    AlignedBuffer<std::uint64_t> block(kWords);
    EXPECT_EQ(read_block(block.data(), kWords * 8, 2), 0u) << name;
    for (const std::size_t word : {std::size_t{0}, std::size_t{kWords / 2 + 1}, std::size_t{kWords - 1}}) {
      block[word] = 5;
      EXPECT_EQ(read_block(block.data(), kWords * 8, 1), 5u) << name << ", word " << word;
      block[word] = 0;
    }
    update_block(block.data(), kWords * 8, 3);
    for (std::size_t word = 0; word < kWords; ++word) {
      ASSERT_EQ(block[word], ~std::uint64_t{0}) << name << ", word " << word;
    }
  }
}

TEST(CeilingReport, SpellsEveryFigureAndNoNumberThatIsNone) {
  const nlohmann::json json = to_json(made_up());
  EXPECT_EQ(json.at("clock").at("value").get<double>(), kHz);
  EXPECT_TRUE(json.at("plain operations").at("ternary_fresh").is_null());
  EXPECT_EQ(json.at("memory bandwidth").at("read").get<double>(), 24e9);
  for (const auto& [name, limit] : json.items()) {
    EXPECT_TRUE(limit.at("value").is_number() && limit.at("unit").is_string()) << name;
  }
  const std::string table = ceiling_table(made_up());
  EXPECT_NE(table.find("1.000 GHz"), std::string::npos);
  EXPECT_NE(table.find("memory"), std::string::npos);
}

TEST(BestOf, TakesTheBetterOfEachRate) {
  const Ceiling one{.clock_hz = 2e9,
                    .boolean = {{.isa = "a", .register_bits = 256, .two_operand = 4, .ternary_fresh = 1}},
                    .bandwidth = {{.level = "L1", .threads = 1, .read = 5, .update = 3}}};
  const Ceiling other{.clock_hz = 3e9,
                      .boolean = {{.isa = "a", .register_bits = 256, .two_operand = 3, .ternary_fresh = 2},
                                  {.isa = "a", .register_bits = 512, .two_operand = 1}},
                      .bandwidth = {{.level = "L1", .threads = 1, .read = 4, .update = 6},
                                    {.level = "L1", .threads = 2, .read = 8, .update = 9}}};
  for (const Ceiling& best : {best_of(one, other), best_of(other, one)}) {
    EXPECT_EQ(best.clock_hz, 3e9);
    ASSERT_EQ(best.boolean.size(), 2u);
    EXPECT_EQ(best.boolean[0].two_operand, 4);
    EXPECT_EQ(best.boolean[0].ternary_fresh, 2);
    EXPECT_EQ(best.boolean[1].register_bits, 512);
    ASSERT_EQ(best.bandwidth.size(), 2u);
    EXPECT_EQ(best.bandwidth[0].read, 5);
    EXPECT_EQ(best.bandwidth[0].update, 6);
    EXPECT_EQ(best.bandwidth[1].threads, 2);
  }
}

}  // namespace
}  // namespace trafficbench
