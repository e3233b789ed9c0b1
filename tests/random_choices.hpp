// Random choices of tests: how many trials, and what each of them is.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "kernels/packed_road.hpp"
#include "tests/plain_road.hpp"

namespace trafficbench {

/// TRAFFICBENCH_TEST_SEED as it was written, otherwise 0: another number makes every Random choose otherwise.
std::string test_seed();

/// TRAFFICBENCH_TEST_SCALE as it was written, otherwise 1, and 0.1 under a sanitizer.
std::string test_scale();

/// `number` trials times test_scale(), and at least one.
int trials(int number);

/// The same seed and test_seed() make the same choices everywhere the standard library is the same.
class Random {
 public:
  explicit Random(unsigned seed);

  std::int64_t pick(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(engine_);
  }
  bool one_in(std::int64_t n) { return pick(1, n) == 1; }

  /// Any 64 bits.
  std::uint64_t word();

  /// 1 .. most, often next to a multiple of 64 or 512, where words and vectors end.
  std::int64_t length(std::int64_t most);

  /// Empty, full, one car, one hole, alternating, pairs, or noise and runs of every density.
  Cells cells(std::int64_t count);

  PackedRoad road(std::int64_t count);

 private:
  std::mt19937 engine_;
};

}  // namespace trafficbench
