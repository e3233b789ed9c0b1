#include "kernels/bitslice/pair_waves.hpp"

#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/bitslice/pair_waves.cpp"
#include <hwy/foreach_target.h>

#include "kernels/bitslice/register-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace trafficbench::bitslice {
namespace HWY_NAMESPACE {
namespace {

constexpr int kBytes = TRAFFICBENCH_REGISTER_BYTES;
constexpr int kRegisterWords = kBytes / 8;
using V = Register<kBytes>;

HWY_INLINE V word_at(const std::uint64_t* words, std::int64_t i) { return load<kBytes>(words + i * kRegisterWords); }
HWY_INLINE void set_word(std::uint64_t* words, std::int64_t i, V value) {
  store<kBytes>(value, words + i * kRegisterWords);
}

/// The cells after `cells`, between which the pairs are s and u. A car ahead of a car is in s; ahead of an empty cell,
/// in u.
HWY_INLINE V next_along(V s, V u, V cells) {
#if TRAFFICBENCH_TERNARY || HWY_ARCH_ARM
  return next_ternary(u, cells, s);
#else
  // s lies within u.
  return s | (u & ~cells);
#endif
}

// What a wave keeps of its levels, in registers. Each level takes the place of the one before it at the next position,
// so the registers change names: unrolled kLevels times, no value is moved.
template <int kLevels>
struct Kept {
  V queue[static_cast<unsigned>(kLevels)];

  static constexpr int at(int level, int turn) { return ((level - turn) % kLevels + kLevels) % kLevels; }

  template <int... i>
  HWY_INLINE void read(const std::uint64_t* state, std::integer_sequence<int, i...>) {
    ((queue[i] = word_at(state, i)), ...);
  }
  template <int... i>
  HWY_INLINE void write(std::uint64_t* state, std::integer_sequence<int, i...>) const {
    (set_word(state, i, queue[i]), ...);
  }
  /// After one position that was not followed by others: the names go back to what they were.
  HWY_INLINE void turn_back() {
    const V last = queue[kLevels - 1];
    for (int i = kLevels - 1; i > 0; --i) queue[i] = queue[i - 1];
    queue[0] = last;
  }
};

/// A wave passes over the even places of all positions, then over the odd ones, which have nothing to do with them.
template <int kLevels>
struct Plain {
  using K = Kept<kLevels>;
  static constexpr std::make_integer_sequence<int, kLevels> kAll{};

  template <int kTurn, int kLevel>
  static HWY_INLINE void update(K& kept, V& s) {
    V& u = kept.queue[K::at(kLevel, kTurn)];
    const V next = s & u;
    u = s | u;
    s = next;
  }

  template <int kTurn, int... kLevel>
  static HWY_INLINE void place(K& kept, std::uint64_t* pairs, std::integer_sequence<int, kLevel...>) {
    V s = word_at(pairs, kTurn * kPositionWords);
    (update<kTurn, kLevel>(kept, s), ...);
    set_word(pairs, kTurn * kPositionWords, s);
    V& last = kept.queue[K::at(kLevels - 1, kTurn)];
    const V first = word_at(pairs, kTurn * kPositionWords + 1);
    set_word(pairs, kTurn * kPositionWords + 1, last);
    last = first;
  }

  template <int... kTurn>
  static HWY_INLINE void group(K& kept, std::uint64_t* pairs, std::integer_sequence<int, kTurn...>) {
    (place<kTurn>(kept, pairs, kAll), ...);
  }

  static HWY_INLINE void pass(std::uint64_t* pairs, std::int64_t positions, std::uint64_t* state) {
    K kept;
    kept.read(state, kAll);
    for (; positions >= kLevels; positions -= kLevels) {
      group(kept, pairs, kAll);
      pairs += kLevels * kPositionWords * kRegisterWords;
    }
    for (; positions > 0; --positions) {
      place<0>(kept, pairs, kAll);
      kept.turn_back();
      pairs += kPositionWords * kRegisterWords;
    }
    kept.write(state, kAll);
  }

  static void run(std::uint64_t* pairs, std::int64_t positions, std::uint64_t* state) {
    pass(pairs, positions, state);
    pass(pairs + 2 * kRegisterWords, positions, state + kLevels * kRegisterWords);
  }
};

// Cells that change, summed over many words, each 64-bit part of a register for itself: by a tree of full adders
// (Harley & Seal, in Warren, Hacker's Delight, 5-1), so that one word in sixteen is counted bit by bit.
struct ChangeSum {
  enum : int { kOnes, kTwos, kFours, kEights, kSixteens, kRest };
  static constexpr int kBlock = 16;

  /// Adds kBlock words.
  static HWY_INLINE void add_block(const V* changes, V mask, std::uint64_t* sums) {
    V ones = word_at(sums, kOnes);
    V twos = word_at(sums, kTwos);
    V fours = word_at(sums, kFours);
    V eights = word_at(sums, kEights);
    V eight[2];
    for (int half = 0; half < 2; ++half) {
      const V* const from = changes + half * 8;
      const V two_a = add_bits(ones, from[0], from[1]);
      const V two_b = add_bits(ones, from[2], from[3]);
      const V four_a = add_bits(twos, two_a, two_b);
      const V two_c = add_bits(ones, from[4], from[5]);
      const V two_d = add_bits(ones, from[6], from[7]);
      const V four_b = add_bits(twos, two_c, two_d);
      eight[half] = add_bits(fours, four_a, four_b);
    }
    const V sixteen = add_bits(eights, eight[0], eight[1]);
    set_word(sums, kOnes, ones);
    set_word(sums, kTwos, twos);
    set_word(sums, kFours, fours);
    set_word(sums, kEights, eights);
    set_word(sums, kSixteens, word_at(sums, kSixteens) + popcount(sixteen & mask));
  }

  static HWY_INLINE void add_single(V changes, V mask, std::uint64_t* sums) {
    set_word(sums, kRest, word_at(sums, kRest) + popcount(changes & mask));
  }

  /// What was added; nothing is left.
  static HWY_INLINE std::int64_t take(V mask, std::uint64_t* sums) {
    V total = word_at(sums, kSixteens) << 1;
    for (int i = kEights; i >= kOnes; --i) total = (total + popcount(word_at(sums, i) & mask)) << (i > kOnes ? 1 : 0);
    total += word_at(sums, kRest);
    alignas(kBytes) std::uint64_t parts[kBytes / 8u];
    store<kBytes>(total, parts);
    std::int64_t all = 0;
    for (const std::uint64_t part : parts) all += static_cast<std::int64_t>(part);
    for (int i = 0; i < kSumWords; ++i) set_word(sums, i, V{});
    return all;
  }
};

// A wave that counts takes both places of a position together, since a cell at an odd place changes if u is set at the
// even place before it and s is not set at its own.
template <int kLevels>
struct Counting {
  using K = Kept<kLevels>;
  static constexpr std::make_integer_sequence<int, kLevels> kAll{};
  static constexpr int kBlock = ChangeSum::kBlock;
  static_assert(kBlock % kLevels == 0);

  /// `u` is that of the even place at this level.
  template <int kTurn, int kLevel>
  static HWY_INLINE void update(K& even, K& odd, V& s_even, V& s_odd, V& u, V* changes) {
    changes[kLevel * kBlock] = u & ~s_odd;
    V& u_even = even.queue[K::at(kLevel, kTurn)];
    V& u_odd = odd.queue[K::at(kLevel, kTurn)];
    const V next_even = s_even & u_even;
    u_even = s_even | u_even;
    s_even = next_even;
    const V next_odd = s_odd & u_odd;
    u_odd = s_odd | u_odd;
    s_odd = next_odd;
    u = u_even;
  }

  template <int kTurn, int... kLevel>
  static HWY_INLINE void position(K& even, K& odd, std::uint64_t* pairs, V* changes,
                                  std::integer_sequence<int, kLevel...>) {
    std::uint64_t* const here = pairs + kTurn * kPositionWords * kRegisterWords;
    V s_even = word_at(here, 0);
    V s_odd = word_at(here, 2);
    const V first_even = word_at(here, 1);
    const V first_odd = word_at(here, 3);
    V u = first_even;
    (update<kTurn, kLevel>(even, odd, s_even, s_odd, u, changes + kTurn), ...);
    V& last_even = even.queue[K::at(kLevels - 1, kTurn)];
    V& last_odd = odd.queue[K::at(kLevels - 1, kTurn)];
    set_word(here, 0, s_even);
    set_word(here, 1, last_even);
    set_word(here, 2, s_odd);
    set_word(here, 3, last_odd);
    last_even = first_even;
    last_odd = first_odd;
  }

  template <int... kTurn>
  static HWY_INLINE void group(K& even, K& odd, std::uint64_t* pairs, V* changes,
                               std::integer_sequence<int, kTurn...>) {
    (position<kTurn>(even, odd, pairs, changes, kAll), ...);
  }

  static void run(std::uint64_t* pairs, std::int64_t positions, std::uint64_t* state, const std::uint64_t* mask_word,
                  std::uint64_t* sums) {
    const V mask = word_at(mask_word, 0);
    constexpr int kStep = kPositionWords * kRegisterWords;
    V changes[static_cast<unsigned>(kLevels * kBlock)];
    K even;
    K odd;
    even.read(state, kAll);
    odd.read(state + kLevels * kRegisterWords, kAll);
    for (; positions >= kBlock; positions -= kBlock) {
      for (int i = 0; i < kBlock; i += kLevels) {
        group(even, odd, pairs, changes + i, kAll);
        pairs += kLevels * kStep;
      }
      for (int level = 0; level < kLevels; ++level) {
        ChangeSum::add_block(changes + level * kBlock, mask, sums + level * kSumWords * kRegisterWords);
      }
    }
    for (; positions > 0; --positions) {
      position<0>(even, odd, pairs, changes, kAll);
      even.turn_back();
      odd.turn_back();
      for (int level = 0; level < kLevels; ++level) {
        ChangeSum::add_single(changes[level * kBlock], mask, sums + level * kSumWords * kRegisterWords);
      }
      pairs += kStep;
    }
    even.write(state, kAll);
    odd.write(state + kLevels * kRegisterWords, kAll);
  }

  static void finish(std::uint64_t* sums, const std::uint64_t* mask, std::int64_t* moves) {
    for (int level = 0; level < kLevels; ++level) {
      moves[level] += ChangeSum::take(word_at(mask, 0), sums + level * kSumWords * kRegisterWords);
    }
  }
};

void to_pairs(const std::uint64_t* cells, std::uint64_t* pairs, std::int64_t positions) {
  V even = word_at(cells, 0);
  for (std::int64_t q = 0; q < positions; ++q) {
    const V odd = word_at(cells, 2 * q + 1);
    const V next = word_at(cells, 2 * q + 2);
    set_word(pairs, kPositionWords * q, even & odd);
    set_word(pairs, kPositionWords * q + 1, even | odd);
    set_word(pairs, kPositionWords * q + 2, odd & next);
    set_word(pairs, kPositionWords * q + 3, odd | next);
    even = next;
  }
}

// Each cell follows from the one before it. So that this chain is half as long, the two outcomes for the next even
// place are worked out before it is known which of them holds.
void to_cells(const std::uint64_t* pairs, std::int64_t positions, std::uint64_t* first, std::uint64_t* cells) {
  V even = word_at(first, 0);
  for (std::int64_t q = 0; q < positions; ++q) {
    const V s_even = word_at(pairs, kPositionWords * q);
    const V u_even = word_at(pairs, kPositionWords * q + 1);
    const V s_odd = word_at(pairs, kPositionWords * q + 2);
    const V u_odd = word_at(pairs, kPositionWords * q + 3);
    set_word(cells, 2 * q, even);
    set_word(cells, 2 * q + 1, next_along(s_even, u_even, even));
    const V if_car = next_along(s_odd, u_odd, s_even);
    const V if_empty = next_along(s_odd, u_odd, u_even);
#if TRAFFICBENCH_TERNARY || HWY_ARCH_ARM
    even = next_ternary(if_empty, even, if_car);
#else
    even = if_empty | (even & if_car);  // the one lies within the other
#endif
  }
  set_word(first, 0, even);
}

void follow(std::uint64_t* pairs, std::int64_t levels, std::uint64_t* state, std::uint64_t* first) {
  V cells = word_at(first, 0);
  V s_even = word_at(pairs, 0);
  V u_even = word_at(pairs, 1);
  V s_odd = word_at(pairs, 2);
  V u_odd = word_at(pairs, 3);
  for (std::int64_t level = 0; level < levels; ++level) {
    // The pairs of the odd place are those of the cell before and this one: from them the cell before, which moves on
    // as any other.
    const V before = s_odd | (u_odd & ~cells);
    cells = (before & s_odd) | (~before & u_even);
    const V kept_even = word_at(state, level);
    const V kept_odd = word_at(state, levels + level);
    set_word(state, level, u_even);
    set_word(state, levels + level, u_odd);
    u_even = s_even | kept_even;
    s_even = s_even & kept_even;
    u_odd = s_odd | kept_odd;
    s_odd = s_odd & kept_odd;
  }
  set_word(pairs, 0, s_even);
  set_word(pairs, 1, u_even);
  set_word(pairs, 2, s_odd);
  set_word(pairs, 3, u_odd);
  set_word(first, 0, cells);
}

template <int kLevels>
constexpr PairWave wave() {
  return {kLevels, Plain<kLevels>::run};
}
template <int kLevels>
constexpr PairCountingWave counting() {
  return {kLevels, Counting<kLevels>::run, Counting<kLevels>::finish};
}

const PairSet& pair_set_here() {
#if TRAFFICBENCH_TERNARY
  static const PairWave waves[] = {wave<1>(), wave<2>(), wave<4>(), wave<8>(), wave<16>()};
#else
  static const PairWave waves[] = {wave<1>(), wave<2>(), wave<4>(), wave<8>(), wave<12>()};
#endif
  static const PairCountingWave counts[] = {counting<1>(), counting<2>(), counting<4>()};
  static const PairSet set{kRegisterWords, waves, counts, to_pairs, to_cells, follow};
  return set;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace trafficbench::bitslice
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace trafficbench::bitslice {

namespace {
HWY_EXPORT(pair_set_here);
}  // namespace

const PairSet& pair_set() { return HWY_DYNAMIC_DISPATCH(pair_set_here)(); }

}  // namespace trafficbench::bitslice

#endif  // HWY_ONCE
