#include "kernels/bitslice/waves.hpp"

#include <numeric>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/bitslice/waves.cpp"
#include <hwy/foreach_target.h>

#include "kernels/bitslice/register-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace trafficbench::bitslice {
namespace HWY_NAMESPACE {
namespace {

// The registers of a wave of T levels that takes W words at a time: a queue of 2 T + W words,
//
//     [left T, centre T, ..., left 2, centre 2, left 1, centre 1, loaded 1 .. loaded W]
//
// Level 1 reads the last W + 2 words and makes W new ones. Each new word goes into the place of its left neighbour,
// which nobody needs any more. The queue then ends with the last two words loaded, which are left and centre for the
// next words. Before them stand left and centre of level 2, and the W words that come in at level 2. So level 2 reads
// the W + 2 words two places to the left, and so on. After level T, the first W words of the queue are the result.
// Turned by W places, the queue is ready for the next words; turned by its length, every word is in its old register
// again: unrolled that often, no word is ever moved from register to register.
//
// The order, W words at one level before the next level, matters on Zen 4. Its ternary logic runs at four 256-bit
// operations a cycle if the operands arrive within about a cycle of each other, but at two if one arrives later, as it
// does word by word. The left neighbours of a level's first words are old, so plain operations, which do not mind, are
// better for these words: kPlain says how many of each W.
template <int kBytes, int kLevels, int kWords, int kPlain>
struct Queue {
  using V = Register<kBytes>;
  static constexpr int kRegisterWords = kBytes / 8;
  static constexpr int kSize = 2 * kLevels + kWords;
  static constexpr int kTurns = kSize / std::gcd(kSize, kWords);
  static constexpr int kGroup = kTurns * kWords;

  // The register that holds place `place` of the queue after `turn` turns.
  static constexpr int at(int place, int turn) { return (place + turn * kWords) % kSize; }

  // The n-th word of level kLevel, which is counted from 0.
  template <int kTurn, int kLevel, int n>
  static HWY_INLINE void update(V* queue) {
    constexpr int kPlace = 2 * (kLevels - 1 - kLevel) + n;
    V& left = queue[at(kPlace, kTurn)];
    const V centre = queue[at(kPlace + 1, kTurn)];
    const V right = queue[at(kPlace + 2, kTurn)];
    if constexpr (n < kPlain) {
      left = next_plain(left, centre, right);
    } else {
      left = next_ternary(left, centre, right);
    }
    keep_order(left);
  }

  template <int kTurn, int n>
  static HWY_INLINE void load_word(V* queue, const std::uint64_t* words) {
    queue[at(2 * kLevels + n, kTurn)] = load<kBytes>(words + (kTurn * kWords + n) * kRegisterWords);
  }

  template <int kTurn, int n>
  static HWY_INLINE void store_word(const V* queue, std::uint64_t* words) {
    store<kBytes>(queue[at(n, kTurn)], words + (kTurn * kWords + n - kLevels) * kRegisterWords);
  }

  template <int kTurn, int kLevel, int... n>
  static HWY_INLINE void level(V* queue, std::uint64_t* words, std::integer_sequence<int, n...>) {
    if constexpr (kLevel < kLevels) {
      if constexpr (kLevel == 0) (load_word<kTurn, n>(queue, words), ...);
      (update<kTurn, kLevel, n>(queue), ...);
      level<kTurn, kLevel + 1>(queue, words, std::integer_sequence<int, n...>{});
    } else {
      (store_word<kTurn, n>(queue, words), ...);
    }
  }

  template <int... kTurn>
  static HWY_INLINE void group(V* queue, std::uint64_t* words, std::integer_sequence<int, kTurn...>) {
    (level<kTurn, 0>(queue, words, std::make_integer_sequence<int, kWords>{}), ...);
  }

  template <int... kPlace>
  static HWY_INLINE void load_state(V* queue, const std::uint64_t* state, std::integer_sequence<int, kPlace...>) {
    ((queue[kPlace] = load<kBytes>(state + kPlace * kRegisterWords)), ...);
  }

  template <int... kPlace>
  static HWY_INLINE void store_state(const V* queue, std::uint64_t* state, std::integer_sequence<int, kPlace...>) {
    (store<kBytes>(queue[kPlace], state + kPlace * kRegisterWords), ...);
  }

  static void run(std::uint64_t* words, std::int64_t groups, std::uint64_t* state) {
    constexpr std::make_integer_sequence<int, 2 * kLevels> kState{};
    V queue[static_cast<unsigned>(kSize)];
    load_state(queue, state, kState);
    for (; groups > 0; --groups) {
      group(queue, words, std::make_integer_sequence<int, kTurns>{});
      words += kGroup * kRegisterWords;
    }
    store_state(queue, state, kState);
  }
};

/// Sums of moves over many words, each 64-bit part of a register for itself.
///
/// Rule 184 changes two cells for each car that moves: the one it leaves and the one ahead. So the cells that change in
/// word x are as many as the cars that leave word x or word x - 1, and to look at every second word is enough.
/// They are added up by full adders (Harley & Seal, in Warren, Hacker's Delight, 5-1), so that one in four is counted
/// bit by bit. That is less even where one instruction counts a register: with ternary logic an adder is two
/// operations.
template <int kBytes>
struct MoveSum {
  using V = Register<kBytes>;
  static constexpr int kChanges = 4;
  V ones{};
  V twos{};
  V fours{};  // counted
  V rest{};   // counted

  HWY_INLINE void add(const V* changes, V mask) {
    const V two_a = add_bits(ones, changes[0], changes[1]);
    const V two_b = add_bits(ones, changes[2], changes[3]);
    fours += popcount(add_bits(twos, two_a, two_b) & mask);
  }

  /// Adds one word, in which the moving cars alone are set.
  HWY_INLINE void add_single(V movers) { rest += popcount(movers); }

  HWY_INLINE std::int64_t finish(V mask) const {
    const V total = (fours << 2) + (popcount(twos & mask) << 1) + popcount(ones & mask) + rest;
    alignas(kBytes) std::uint64_t parts[kBytes / 8u];
    store<kBytes>(total, parts);
    std::int64_t sum = 0;
    for (const std::uint64_t part : parts) sum += static_cast<std::int64_t>(part);
    return sum;
  }
};

// A wave that counts. If all words count the same lanes it looks at pairs of words, else at each word with its mask.
template <int kBytes, int kLevels, int kWords, int kPlain>
struct CountingQueue : Queue<kBytes, kLevels, kWords, kPlain> {
  using Base = Queue<kBytes, kLevels, kWords, kPlain>;
  using typename Base::V;
  using Sum = MoveSum<kBytes>;
  static_assert(kWords == 2 * Sum::kChanges);

  template <int kTurn, int kLevel, int n>
  static HWY_INLINE void update_pairs(V* queue, V* changes) {
    constexpr int kCentre = 2 * (kLevels - 1 - kLevel) + n + 1;
    const V centre = queue[Base::at(kCentre, kTurn)];
    Base::template update<kTurn, kLevel, n>(queue);
    if constexpr (n % 2 == 1) changes[n / 2] = centre ^ queue[Base::at(kCentre - 1, kTurn)];
  }

  template <int kTurn, int kLevel, int n>
  static HWY_INLINE void update_single(V* queue, Sum* sums, const std::uint64_t* masks) {
    constexpr int kCentre = 2 * (kLevels - 1 - kLevel) + n + 1;
    constexpr int kMask = kLevels - 1 - kLevel + kTurn * kWords + n;
    sums[kLevel].add_single(queue[Base::at(kCentre, kTurn)] & ~queue[Base::at(kCentre + 1, kTurn)] &
                            load<kBytes>(masks + kMask * Base::kRegisterWords));
    Base::template update<kTurn, kLevel, n>(queue);
  }

  template <bool kUniform, int kTurn, int kLevel, int... n>
  static HWY_INLINE void level(V* queue, Sum* sums, std::uint64_t* words, const std::uint64_t* masks,
                               std::integer_sequence<int, n...>) {
    if constexpr (kLevel < kLevels) {
      if constexpr (kLevel == 0) (Base::template load_word<kTurn, n>(queue, words), ...);
      if constexpr (kUniform) {
        V changes[static_cast<unsigned>(kWords / 2)];
        (update_pairs<kTurn, kLevel, n>(queue, changes), ...);
        sums[kLevel].add(changes, load<kBytes>(masks));
      } else {
        (update_single<kTurn, kLevel, n>(queue, sums, masks), ...);
      }
      level<kUniform, kTurn, kLevel + 1>(queue, sums, words, masks, std::integer_sequence<int, n...>{});
    } else {
      (Base::template store_word<kTurn, n>(queue, words), ...);
    }
  }

  template <bool kUniform, int... kTurn>
  static HWY_INLINE void group(V* queue, Sum* sums, std::uint64_t* words, const std::uint64_t* masks,
                               std::integer_sequence<int, kTurn...>) {
    (level<kUniform, kTurn, 0>(queue, sums, words, masks, std::make_integer_sequence<int, kWords>{}), ...);
  }

  template <bool kUniform>
  static void run(std::uint64_t* words, std::int64_t groups, std::uint64_t* state, const std::uint64_t* masks,
                  std::int64_t* moves) {
    constexpr std::make_integer_sequence<int, 2 * kLevels> kState{};
    V queue[static_cast<unsigned>(Base::kSize)];
    Sum sums[static_cast<unsigned>(kLevels)];
    Base::load_state(queue, state, kState);
    for (; groups > 0; --groups) {
      group<kUniform>(queue, sums, words, masks, std::make_integer_sequence<int, Base::kTurns>{});
      words += Base::kGroup * Base::kRegisterWords;
    }
    Base::store_state(queue, state, kState);
    for (int i = 0; i < kLevels; ++i) moves[i] += sums[i].finish(load<kBytes>(masks));
  }
};

template <int kBytes, int kLevels, int kWords, int kPlain>
constexpr Wave wave() {
  using Q = Queue<kBytes, kLevels, kWords, kPlain>;
  return {kLevels, Q::kGroup, kWords, kPlain, Q::run};
}

template <int kBytes, int kLevels, int kWords, int kPlain>
constexpr CountingWave counting() {
  using Q = CountingQueue<kBytes, kLevels, kWords, kPlain>;
  return {kLevels, Q::kGroup, Q::template run<true>, Q::template run<false>};
}

// First some of few levels, for what is left at the end of a trip; then those that the race is about. Their queues, and
// the operands of the counting, fit the registers: 32 of them, or 16 on AVX2 and SSE.
template <int kBytes>
WaveSet wave_set_of() {
#if TRAFFICBENCH_TERNARY
  static const Wave waves[] = {wave<kBytes, 1, 2, 0>(),  wave<kBytes, 2, 4, 1>(), wave<kBytes, 4, 8, 1>(),
                               wave<kBytes, 8, 1, 0>(),  wave<kBytes, 8, 8, 0>(), wave<kBytes, 8, 8, 1>(),
                               wave<kBytes, 10, 10, 2>()};
#elif HWY_ARCH_X86
  static const Wave waves[] = {wave<kBytes, 1, 2, 0>(), wave<kBytes, 2, 1, 0>(), wave<kBytes, 4, 1, 0>(),
                               wave<kBytes, 3, 1, 0>(), wave<kBytes, 2, 4, 0>(), wave<kBytes, 3, 3, 0>(),
                               wave<kBytes, 4, 4, 0>(), wave<kBytes, 4, 2, 0>()};
#else
  static const Wave waves[] = {wave<kBytes, 1, 2, 0>(), wave<kBytes, 2, 4, 0>(), wave<kBytes, 4, 8, 0>(),
                               wave<kBytes, 8, 1, 0>(), wave<kBytes, 8, 8, 0>()};
#endif
#if TRAFFICBENCH_TERNARY
  static const CountingWave counts[] = {counting<kBytes, 1, 8, 0>(), counting<kBytes, 2, 8, 0>(),
                                        counting<kBytes, 4, 8, 0>()};
#else
  static const CountingWave counts[] = {counting<kBytes, 1, 8, 0>()};
#endif
  return {kBytes / 8, waves, counts};
}

// Both widths where the CPU has two: a core that executes a wide operation in two halves is faster with the halves.
std::span<const WaveSet> wave_sets_here() {
#if TRAFFICBENCH_TERNARY
  static const WaveSet sets[] = {wave_set_of<32>(), wave_set_of<64>()};
#else
  static const WaveSet sets[] = {wave_set_of<TRAFFICBENCH_REGISTER_BYTES>()};
#endif
  return sets;
}
}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace trafficbench::bitslice
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <mutex>
#include <vector>

#include "kernels/aligned_buffer.hpp"

namespace trafficbench::bitslice {

namespace {

HWY_EXPORT(wave_sets_here);

constexpr std::int64_t kRaceBytes = 12 << 10;  // in any first-level cache, with room to spare
constexpr int kRacePasses = 4;
constexpr int kRaceHeats = 150;

/// A wave in the race, of either kind.
template <class AnyWave>
struct Runner {
  const WaveSet* set = nullptr;
  const AnyWave* wave = nullptr;
  double best = 0;  ///< cells updated in a nanosecond
};

/// Runs all waves in turn over the same few words, again and again, and judges each by its best time. Whatever else the
/// machine does meanwhile then disturbs all alike.
template <class AnyWave, class Run>
const Runner<AnyWave>& race(std::vector<Runner<AnyWave>>& runners, const Run& run) {
  for (int heat = 0; heat < kRaceHeats; ++heat) {
    for (Runner<AnyWave>& runner : runners) {
      const AnyWave& wave = *runner.wave;
      const int register_words = runner.set->register_words;
      const std::int64_t groups = kRaceBytes / 8 / register_words / wave.group;
      const auto start = std::chrono::steady_clock::now();
      for (int pass = 0; pass < kRacePasses; ++pass) run(wave, register_words, groups);
      const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - start;
      const std::int64_t cells = kRacePasses * groups * wave.group * wave.levels * register_words * 64;
      runner.best = std::max(runner.best, static_cast<double>(cells) / (time.count() + 1));
    }
  }
  return *std::ranges::max_element(runners, {}, &Runner<AnyWave>::best);
}

FastestWaves find_fastest(std::span<const WaveSet> sets) {
  constexpr std::int64_t kMaxLevels = 16;
  constexpr std::int64_t kMaxRegisterWords = 8;
  AlignedBuffer<std::uint64_t> words(kRaceBytes / 8 + kMaxLevels * kMaxRegisterWords);
  AlignedBuffer<std::uint64_t> state(2 * kMaxLevels * kMaxRegisterWords);
  AlignedBuffer<std::uint64_t> mask(kMaxRegisterWords);
  std::array<std::int64_t, kMaxLevels> moves{};

  std::vector<Runner<Wave>> waves;
  for (const WaveSet& set : sets) {
    for (const Wave& wave : set.waves) waves.push_back({&set, &wave});
  }
  const Runner<Wave> fastest = race(waves, [&](const Wave& wave, int register_words, std::int64_t groups) {
    wave.run(words.data() + wave.levels * register_words, groups, state.data());
  });

  std::vector<Runner<CountingWave>> counting;
  for (const CountingWave& wave : fastest.set->counting) counting.push_back({fastest.set, &wave});
  const Runner<CountingWave> fastest_counting =
      race(counting, [&](const CountingWave& wave, int register_words, std::int64_t groups) {
        wave.run_uniform(words.data() + wave.levels * register_words, groups, state.data(), mask.data(), moves.data());
      });
  return {fastest.set, fastest.wave, fastest_counting.wave};
}

}  // namespace

std::span<const WaveSet> wave_sets() { return HWY_DYNAMIC_DISPATCH(wave_sets_here)(); }

namespace {

/// Those that were found or chosen, by the sets of an instruction set.
struct Found {
  std::mutex mutex;
  std::map<const WaveSet*, FastestWaves> waves;
};

Found& found() {
  static Found all;
  return all;
}

}  // namespace

const FastestWaves& fastest_waves() {
  const std::span<const WaveSet> sets = wave_sets();
  const std::scoped_lock lock(found().mutex);
  FastestWaves& fastest = found().waves[sets.data()];
  if (fastest.set == nullptr) fastest = find_fastest(sets);
  return fastest;
}

bool choose_waves(std::string_view name) {
  const std::span<const WaveSet> sets = wave_sets();
  for (const WaveSet& set : sets) {
    for (const Wave& wave : set.waves) {
      for (const CountingWave& counting : set.counting) {
        const FastestWaves waves{&set, &wave, &counting};
        if (name_of(waves) != name) continue;
        const std::scoped_lock lock(found().mutex);
        found().waves[sets.data()] = waves;
        return true;
      }
    }
  }
  return false;
}

std::string name_of(const FastestWaves& waves) {
  std::string name = std::to_string(64 * waves.set->register_words);
  for (const int number :
       {waves.wave->levels, waves.wave->group, waves.wave->plain, waves.counting->levels, waves.counting->group}) {
    name += "-" + std::to_string(number);
  }
  return name;
}

std::string text_of(const FastestWaves& waves) {
  const auto text = [](std::int64_t number) { return std::to_string(number); };
  return text(64 * waves.set->register_words) + " bits; " + text(waves.wave->levels) + " levels, " +
         text(waves.wave->group) + " words, " + text(waves.wave->plain) + " plain; counting " +
         text(waves.counting->levels) + " levels, " + text(waves.counting->group) + " words";
}

}  // namespace trafficbench::bitslice

#endif  // HWY_ONCE
