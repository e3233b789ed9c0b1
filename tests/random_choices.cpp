#include "tests/random_choices.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <stdexcept>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TRAFFICBENCH_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TRAFFICBENCH_SANITIZED 1
#endif
#endif
#ifndef TRAFFICBENCH_SANITIZED
#define TRAFFICBENCH_SANITIZED 0
#endif

namespace trafficbench {

namespace {

/// The number that a variable of the environment holds. A mistyped one must not pass for the default.
template <typename Number>
Number number_of(const std::string& name, const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || !(number >= 0)) {
    throw std::invalid_argument(name + " is '" + text + "': it must be a number from 0 on");
  }
  return number;
}

}  // namespace

std::string test_seed() {
  const char* text = std::getenv("TRAFFICBENCH_TEST_SEED");
  return text != nullptr ? text : "0";
}

std::string test_scale() {
  const char* text = std::getenv("TRAFFICBENCH_TEST_SCALE");
  return text != nullptr ? text : TRAFFICBENCH_SANITIZED ? "0.1" : "1";
}

int trials(int number) {
  return std::max(1, static_cast<int>(number * number_of<double>("TRAFFICBENCH_TEST_SCALE", test_scale())));
}

// 0 leaves the seeds of the tests as they are. The factor keeps neighbouring seeds from meeting in each other's.
Random::Random(unsigned seed)
    : engine_(seed + 0x9E3779B9u * number_of<unsigned>("TRAFFICBENCH_TEST_SEED", test_seed())) {}

std::uint64_t Random::word() { return std::uint64_t{engine_()} << 32 | engine_(); }

std::int64_t Random::length(std::int64_t most) {
  const std::int64_t unit = one_in(3) ? 512 : one_in(2) ? 64 : 1;
  if (unit >= most) return pick(1, most);
  return std::clamp<std::int64_t>(unit * pick(1, most / unit) + (unit == 1 ? 0 : pick(-2, 2)), 1, most);
}

Cells Random::cells(std::int64_t count) {
  Cells cells(static_cast<std::size_t>(count));
  const std::int64_t kind = pick(0, 11);
  if (kind == 1 || kind == 3) std::ranges::fill(cells, 1);
  if ((kind == 2 || kind == 3) && count > 0) cells[static_cast<std::size_t>(pick(0, count - 1))] ^= 1;
  if (kind == 4 || kind == 5) {
    const std::size_t run = kind == 4 ? 1 : 2;
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = i / run % 2;
  }
  if (kind < 6) return cells;
  const std::int64_t cars_in_ten = pick(0, 10);
  const std::int64_t longest_run = one_in(2) ? 1 : pick(1, 300);
  for (std::size_t i = 0; i < cells.size();) {
    const bool car = pick(1, 10) <= cars_in_ten;
    for (std::int64_t run = pick(1, longest_run); run > 0 && i < cells.size(); --run, ++i) cells[i] = car;
  }
  return cells;
}

PackedRoad Random::road(std::int64_t count) {
  const Cells drawn = cells(count);
  PackedRoad road(count);
  std::ranges::copy(pack(drawn, 0, count), road.words().begin());
  return road;
}

}  // namespace trafficbench
