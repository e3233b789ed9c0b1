#include "kernels/road_hash.hpp"

#include <algorithm>
#include <vector>

#include "kernels/bits.hpp"

namespace trafficbench {

namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kPrime = (std::uint64_t{1} << 61) - 1;

// The finaliser of SplitMix64 (Steele, Lea & Flood 2014): a bijection that mixes every bit.
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// x modulo 2^61 - 1, for any x below 2^122.
constexpr std::uint64_t reduce(Wide x) {
  const std::uint64_t folded = static_cast<std::uint64_t>(x & kPrime) + static_cast<std::uint64_t>(x >> 61);
  return folded >= kPrime ? folded - kPrime : folded;
}

constexpr std::uint64_t key(std::uint64_t half_word) { return mix(half_word) >> 3; }

// One word's share, not yet reduced: below 2 * 2^32 * 2^61.
constexpr Wide share(std::uint64_t word, std::uint64_t index) {
  return Wide{word & 0xffffffffu} * key(2 * index) + Wide{word >> 32} * key(2 * index + 1);
}

}  // namespace

void RoadHash::add(std::span<const std::uint64_t> words, std::int64_t first, std::int64_t count) {
  Wide sum = sum_;
  for (std::int64_t done = 0; done < count;) {
    const std::int64_t at = first + done;
    const std::int64_t shift = at % kWordCells;
    const std::int64_t step = std::min(count - done, kWordCells - shift);
    const std::uint64_t word = get_cells(words, done, step) << shift;
    sum += share(word, static_cast<std::uint64_t>(at / kWordCells));
    // 2^30 shares of 2^94 fit in 128 bits; fold long before.
    if (sum >> 120) sum = reduce(sum);
    done += step;
  }
  sum_ = reduce(Wide{reduce(sum)});
}

void RoadHash::add(const CellSource& source, std::int64_t first, std::int64_t count, std::int64_t road_first) {
  const std::int64_t piece = piece_to_read(count);
  std::vector<std::uint64_t> words(static_cast<std::size_t>(words_for(piece)));
  for (std::int64_t done = 0; done < count; done += piece) {
    const std::int64_t step = std::min(count - done, piece);
    source.read(first + done, step, words);
    add(words, road_first + done, step);
  }
}

void RoadHash::merge(std::uint64_t high, std::uint64_t low) {
  sum_ = reduce(Wide{reduce(Wide{sum_} + (Wide{high} << 32) + low)});
}

std::uint64_t RoadHash::finish(std::int64_t cells) const { return mix(sum_ ^ mix(static_cast<std::uint64_t>(cells))); }

}  // namespace trafficbench
