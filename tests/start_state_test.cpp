// The start states against their generators, written out here once more in the plainest form.
#include "kernels/start_state.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "kernels/bits.hpp"
#include "tests/instruction_sets.hpp"
#include "tests/random_choices.hpp"
#include "tests/trying.hpp"

namespace trafficbench {
namespace {

PackedRoad whole(const CellSource& start) { return PackedRoad(start, 0, start.cells()); }

using Counter = std::array<std::uint32_t, 4>;

/// Philox4x32-10: Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3"
/// (2011), section 3.3.
Counter philox(Counter counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

// Those of Random123, kat_vectors.
TEST(Philox, GivesTheKnownAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Counter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Counter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Counter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

bool philox_cell(std::int64_t cell, double density, std::uint64_t seed) {
  const auto block = static_cast<std::uint64_t>(cell) / 4;
  const Counter words = philox({static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32), 0, 0},
                               {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
  const double limit = std::floor(density * 0x1p32);
  return static_cast<double>(words[static_cast<std::size_t>(cell % 4)]) < limit;
}

TEST(PhiloxStart, IsItsDefinitionCellByCell) {
  for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{5743}, std::uint64_t{1} << 52, ~std::uint64_t{0}}) {
    for (const double density : {0.0, 1e-9, 0.1, 0.52, 0.999999999, 1.0}) {
      const PackedRoad road = whole(*philox_start(1003, density, seed));
      for (std::int64_t i = 0; i < road.cells(); ++i) {
        ASSERT_EQ(road.car(i), philox_cell(i, density, seed))
            << "cell " << i << ", density " << density << ", seed " << seed;
      }
    }
  }
}

TEST(PhiloxStart, IsItsDefinitionFarOut) {
  const std::int64_t cells = std::int64_t{1} << 40;
  const auto start = philox_start(cells, 0.52, 9);
  for (const std::int64_t first : {(std::int64_t{1} << 34) - 30, (std::int64_t{1} << 32) - 5, cells - 100}) {
    const PackedRoad part(*start, first, 100);
    for (std::int64_t i = 0; i < 100; ++i) ASSERT_EQ(part.car(i), philox_cell(first + i, 0.52, 9)) << first + i;
  }
}

// Any range, from any cell on: whole words come from vectors, and their ends from a shift.
TEST(PhiloxStart, IsTheSameWithEveryInstructionSet) {
  Random random(15);
  for (const std::string& isa : isas_that_run()) {
    const WithIsa with_isa(isa);
    for (int trial = 0; trial < trials(30); ++trial) {
      const std::int64_t first =
          random.one_in(3) ? (std::int64_t{1} << 34) - random.pick(0, 3000) : random.pick(0, 300);
      const std::int64_t count = random.length(3000);
      const auto start = philox_start(first + count, 0.52, 5743);
      const Trying trying({{"isa", isa}, {"first", first}, {"count", count}});
      std::vector<std::uint64_t> cells(static_cast<std::size_t>(words_for(count)), ~std::uint64_t{0});
      start->read(first, count, cells);
      for (std::int64_t i = 0; i < count; ++i) ASSERT_EQ(get_cell(cells, i), philox_cell(first + i, 0.52, 5743)) << i;
      ASSERT_EQ(cells.back() & ~low_mask((count - 1) % kWordCells + 1), 0);
    }
  }
}

/// RANMAR in floating point, as F. James published it: Comp. Phys. Comm. 60 (1990) 329.
class Ranmar {
 public:
  explicit Ranmar(int seed) {
    const int ij = seed / 30082;
    const int kl = seed % 30082;
    int i = ij / 177 % 177 + 2;
    int j = ij % 177 + 2;
    int k = kl / 169 % 178 + 1;
    int l = kl % 169;
    for (double& value : u_) {
      value = 0;
      for (double bit = 0.5; bit > 0x1p-25; bit /= 2) {
        const int m = i * j % 179 * k % 179;
        i = j;
        j = k;
        k = m;
        l = (53 * l + 1) % 169;
        if (l * m % 64 >= 32) value += bit;
      }
    }
  }

  double next() {
    double v = u_[i_] - u_[j_];
    if (v < 0) v += 1;
    u_[i_] = v;
    i_ = i_ == 0 ? 96 : i_ - 1;
    j_ = j_ == 0 ? 96 : j_ - 1;
    c_ -= 7654321 * 0x1p-24;
    if (c_ < 0) c_ += 16777213 * 0x1p-24;
    v -= c_;
    return v < 0 ? v + 1 : v;
  }

 private:
  std::array<double, 97> u_{};
  std::size_t i_ = 96;
  std::size_t j_ = 32;
  double c_ = 362436 * 0x1p-24;
};

TEST(UniStart, IsThePublishedGenerator) {
  for (const int seed : {0, 1, 5743, 90210, 900000000}) {
    for (const double density : {0.1, 0.52, 0.71}) {
      const PackedRoad road = whole(*uni_start(20'000, density, seed));
      Ranmar generator(seed);
      for (std::int64_t i = 0; i < road.cells(); ++i) {
        ASSERT_EQ(road.car(i), static_cast<float>(generator.next()) < static_cast<float>(density))
            << "cell " << i << ", density " << density << ", seed " << seed;
      }
    }
  }
}

TEST(UniStart, HasTheDensitiesThatTheCoursePrints) {
  EXPECT_EQ(whole(*uni_start(100'000, 0.52, 5743)).cars(), 51756);
  const auto cars = static_cast<float>(whole(*uni_start(777'777, 0.71, 90210)).cars());
  EXPECT_NEAR(cars / 777777, 0.709642, 0.6e-6);
}

TEST(Mt19937Start, IsNumpysGenerator) {
  for (const std::uint32_t seed : {0u, 1u, 5743u, 0xffffffffu}) {
    const PackedRoad road = whole(*mt19937_start(20'000, 0.52, seed));
    std::mt19937 generator(seed);  // seeded as init_genrand seeds
    for (std::int64_t i = 0; i < road.cells(); ++i) {
      const auto a = static_cast<double>(generator() >> 5);
      const auto b = static_cast<double>(generator() >> 6);
      ASSERT_EQ(road.car(i), (a * 67108864 + b) / 9007199254740992.0 < 0.52) << "cell " << i << ", seed " << seed;
    }
  }
}

TEST(PatternStart, RepeatsItsPattern) {
  for (const std::string pattern : {"1", "0", "10", "1100", "1110101"}) {
    const PackedRoad road = whole(*pattern_start(500, pattern));
    for (std::int64_t i = 0; i < 500; ++i) {
      ASSERT_EQ(road.car(i), pattern[static_cast<std::size_t>(i) % pattern.size()] == '1') << pattern << " " << i;
    }
  }
}

TEST(StartStates, RefuseWhatMakesNoSense) {
  for (const double density : {-0.1, 1.1, std::nan(""), HUGE_VAL}) {
    EXPECT_THROW(philox_start(10, density, 1), std::invalid_argument) << density;
    EXPECT_THROW(uni_start(10, density, 1), std::invalid_argument) << density;
    EXPECT_THROW(mt19937_start(10, density, 1), std::invalid_argument) << density;
  }
  EXPECT_THROW(uni_start(10, 0.5, -1), std::invalid_argument);
  EXPECT_THROW(uni_start(10, 0.5, kMaxUniSeed + 1), std::invalid_argument);
  for (const char* pattern : {"", "2", "1 0", "11\n"}) {
    EXPECT_THROW(pattern_start(10, pattern), std::invalid_argument) << "pattern '" << pattern << "'";
  }
}

struct Named {
  const char* name;
  std::unique_ptr<CellSource> (*make)(std::int64_t cells);
};

class EveryStart : public testing::TestWithParam<Named> {};

TEST_P(EveryStart, ReadsTheSameInAnyOrder) {
  constexpr std::int64_t kCells = 300'001;
  const PackedRoad in_order = whole(*GetParam().make(kCells));
  const auto start = GetParam().make(kCells);
  Random random(6);
  for (int trial = 0; trial < trials(100); ++trial) {
    const std::int64_t first = random.pick(0, kCells - 1);
    const std::int64_t count = random.pick(1, std::min<std::int64_t>(kCells - first, 5'000));
    const Trying trying({{"trial", trial}, {"first", first}, {"cells", count}});
    std::vector<std::uint64_t> out(static_cast<std::size_t>(words_for(count)), ~std::uint64_t{0});
    start->read(first, count, out);
    std::vector<std::uint64_t> expected(out.size());
    in_order.read(first, count, expected);
    ASSERT_EQ(out, expected);
  }
}

TEST_P(EveryStart, ReadsTheSameFromSeveralThreadsAtOnce) {
  constexpr std::int64_t kCells = 200'000;
  constexpr std::int64_t kPiece = 7'001;
  const PackedRoad in_order = whole(*GetParam().make(kCells));
  const auto start = GetParam().make(kCells);
  std::array<std::int64_t, 4> differing{};
  std::vector<std::thread> readers;
  for (std::size_t t = 0; t < differing.size(); ++t) {
    readers.emplace_back([&, t] {
      // Two forwards, two backwards, so that they cross.
      for (std::int64_t at = 0; at + kPiece <= kCells; at += kPiece) {
        const std::int64_t first = t % 2 == 0 ? at : kCells - kPiece - at;
        differing[t] += PackedRoad(*start, first, kPiece) != PackedRoad(in_order, first, kPiece);
      }
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(differing, (std::array<std::int64_t, 4>{}));
}

INSTANTIATE_TEST_SUITE_P(
    All, EveryStart,
    testing::Values(Named{"philox", [](std::int64_t cells) { return philox_start(cells, 0.52, 5743); }},
                    Named{"uni", [](std::int64_t cells) { return uni_start(cells, 0.52, 5743); }},
                    Named{"mt19937", [](std::int64_t cells) { return mt19937_start(cells, 0.52, 5743); }},
                    Named{"pattern", [](std::int64_t cells) { return pattern_start(cells, "1100101"); }}),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace trafficbench
