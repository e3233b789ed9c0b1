#include "kernels/bitslice/waves.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/bitslice/waves.cpp"
#include <hwy/foreach_target.h>

#include "kernels/bitslice/register-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace trafficbench::bitslice {
namespace HWY_NAMESPACE {
namespace {

// The ring of registers of a wave of T levels. Level i holds the words left and centre of it; the
// word that comes in is the one right of it. Once `left` has been used its register takes the
// result, which is the word that comes in at level i + 1. So after each word every register has the
// role of the one after it,
//
//     loaded -> centre 1 -> left 1 -> centre 2 -> left 2 ... -> left T -> loaded
//
// and after 2 T + 1 words all are back where they were: unrolled that often, no word is ever moved.
template <int kLevels, unsigned kPlain>
struct Ring {
  static constexpr int kSize = 2 * kLevels + 1;

  // The register that has role `role` for the n-th word.
  static constexpr int at(int role, int n) { return (role - n + kSize) % kSize; }

  template <int n, int kLevel>
  static HWY_INLINE void levels(Register* ring) {
    if constexpr (kLevel <= kLevels) {
      Register& left = ring[at(2 * kLevel, n)];
      const Register centre = ring[at(2 * kLevel - 1, n)];
      const Register right = ring[at(2 * kLevel - 2, n)];
      left = (kPlain >> (kLevel - 1)) & 1 ? next_plain(left, centre, right)
                                          : next_ternary(left, centre, right);
      levels<n, kLevel + 1>(ring);
    }
  }

  template <int n>
  static HWY_INLINE void words(Register* ring, std::uint64_t* at_word) {
    if constexpr (n < kSize) {
      ring[at(0, n)] = load(at_word + n * kRegisterWords);
      levels<n, 1>(ring);
      store(ring[at(2 * kLevels, n)], at_word + (n - kLevels) * kRegisterWords);
      words<n + 1>(ring, at_word);
    }
  }

  template <int n, int kLevel>
  static HWY_INLINE void counted_levels(Register* ring, Register* moved,
                                        const std::uint64_t* masks) {
    if constexpr (kLevel <= kLevels) {
      Register& left = ring[at(2 * kLevel, n)];
      const Register centre = ring[at(2 * kLevel - 1, n)];
      const Register right = ring[at(2 * kLevel - 2, n)];
      const Register mask = load(masks + (kLevels - kLevel + n) * kRegisterWords);
      moved[kLevel - 1] += popcount(centre & ~right & mask);
      left = next_ternary(left, centre, right);
      counted_levels<n, kLevel + 1>(ring, moved, masks);
    }
  }

  template <int n>
  static HWY_INLINE void counted_words(Register* ring, Register* moved, std::uint64_t* at_word,
                                       const std::uint64_t* masks) {
    if constexpr (n < kSize) {
      ring[at(0, n)] = load(at_word + n * kRegisterWords);
      counted_levels<n, 1>(ring, moved, masks);
      store(ring[at(2 * kLevels, n)], at_word + (n - kLevels) * kRegisterWords);
      counted_words<n + 1>(ring, moved, at_word, masks);
    }
  }

  template <int kRole>
  static HWY_INLINE void load_state(Register* ring, const std::uint64_t* state) {
    if constexpr (kRole < kSize) {
      ring[kRole] = load(state + (kRole - 1) * kRegisterWords);
      load_state<kRole + 1>(ring, state);
    }
  }

  template <int kRole>
  static HWY_INLINE void store_state(const Register* ring, std::uint64_t* state) {
    if constexpr (kRole < kSize) {
      store(ring[kRole], state + (kRole - 1) * kRegisterWords);
      store_state<kRole + 1>(ring, state);
    }
  }
};

template <int kLevels, unsigned kPlain>
void run(std::uint64_t* words, std::int64_t groups, std::uint64_t* state) {
  using R = Ring<kLevels, kPlain>;
  Register ring[R::kSize];
  ring[0] = Register{};
  R::template load_state<1>(ring, state);
  for (; groups > 0; --groups) {
    R::template words<0>(ring, words);
    words += R::kSize * kRegisterWords;
  }
  R::template store_state<1>(ring, state);
}

template <int kLevels>
void run_counting(std::uint64_t* words, std::int64_t groups, std::uint64_t* state,
                  const std::uint64_t* masks, std::int64_t* moves) {
  using R = Ring<kLevels, 0>;
  Register ring[R::kSize];
  Register moved[kLevels] = {};
  ring[0] = Register{};
  R::template load_state<1>(ring, state);
  for (; groups > 0; --groups) {
    R::template counted_words<0>(ring, moved, words, masks);
    words += R::kSize * kRegisterWords;
  }
  R::template store_state<1>(ring, state);
  alignas(TRAFFICBENCH_REGISTER_BYTES) std::uint64_t counts[kRegisterWords];
  for (int level = 0; level < kLevels; ++level) {
    store(moved[level], counts);
    for (const std::uint64_t count : counts) moves[level] += static_cast<std::int64_t>(count);
  }
}

template <int kLevels, unsigned kPlain>
constexpr Wave wave() {
  return {kLevels, 2 * kLevels + 1, kPlain, run<kLevels, kPlain>};
}

template <int kLevels>
constexpr CountingWave counting_wave() {
  return {kLevels, 2 * kLevels + 1, run_counting<kLevels>};
}

const WaveSet& waves_here() {
#if TRAFFICBENCH_TERNARY
  static const Wave waves[] = {wave<1, 0>(),    wave<2, 0>(),    wave<4, 0>(),    wave<8, 0>(),
                               wave<8, 0x10>(), wave<8, 0x44>(), wave<8, 0x24>(), wave<8, 0x11>()};
#elif HWY_ARCH_X86
  static const Wave waves[] = {wave<1, 0>(), wave<2, 0>(), wave<4, 0>(), wave<3, 0>()};
#else
  static const Wave waves[] = {wave<1, 0>(), wave<2, 0>(), wave<4, 0>(), wave<8, 0>()};
#endif
#if TRAFFICBENCH_VECTOR_POPCOUNT
  static const CountingWave counting[] = {counting_wave<8>(), counting_wave<4>(),
                                          counting_wave<2>(), counting_wave<1>()};
#else
  static const CountingWave counting[] = {counting_wave<1>()};
#endif
  static const WaveSet set{kRegisterWords, waves, counting};
  return set;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace trafficbench::bitslice
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <chrono>
#include <map>
#include <mutex>

#include "kernels/aligned_buffer.hpp"

namespace trafficbench::bitslice {

namespace {

HWY_EXPORT(waves_here);

double cells_per_second(const WaveSet& set, const Wave& wave) {
  constexpr std::int64_t kWords = 240;
  const std::int64_t groups = kWords / wave.group;
  AlignedBuffer<std::uint64_t> words((kWords + wave.levels) * set.register_words);
  AlignedBuffer<std::uint64_t> state(2 * wave.levels * set.register_words);
  double best = 0;
  for (int trial = 0; trial < 12; ++trial) {
    const auto start = std::chrono::steady_clock::now();
    for (int pass = 0; pass < 8; ++pass) {
      wave.run(words.data() + wave.levels * set.register_words, groups, state.data());
    }
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    const double rate =
        static_cast<double>(8 * groups * wave.group * wave.levels) / (time.count() + 1e-12);
    best = rate > best ? rate : best;
  }
  return best;
}

}  // namespace

const WaveSet& wave_set() { return HWY_DYNAMIC_DISPATCH(waves_here)(); }

const Wave& fastest_wave(const WaveSet& set) {
  static std::mutex mutex;
  static std::map<const WaveSet*, const Wave*> found;
  const std::lock_guard lock(mutex);
  const Wave*& best = found[&set];
  if (best == nullptr) {
    double best_rate = 0;
    for (const Wave& wave : set.waves) {
      const double rate = cells_per_second(set, wave);
      if (rate <= best_rate) continue;
      best_rate = rate;
      best = &wave;
    }
  }
  return *best;
}

}  // namespace trafficbench::bitslice

#endif  // HWY_ONCE
