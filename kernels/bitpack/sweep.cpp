// Neighbour words are neighbour vectors, so that a carry costs a funnel shift but never a permutation.
//
// While they are in registers the cells are pairs (docs/model.md, "Pairs that run towards each other"): s = o & o+ and
// u = o | o+ with o+ the cell ahead. Where the pair of cells i and i + 1 is kept at place i + t, s stands still and the
// new pair is s & u-, s | u- with u- from two places before: one funnel shift an iteration and two operations. Every
// word goes through several iterations, levels, before it is turned back into cells and stored. A level needs u of the
// word before, so it keeps one vector: a register wavefront (time skewing, Wonnacott 2000, with blocks of one word).
#include "kernels/bitpack/sweep.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/bitpack/sweep.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace trafficbench::bitpack {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<std::uint64_t>;
using V = hn::Vec<D>;
using DI = hn::RebindToSigned<D>;

// As many levels as leave registers for the rest of the work.
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
constexpr std::int64_t kMaxLevels = 20;
#else
constexpr std::int64_t kMaxLevels = 16;
#endif
// A level's pairs are right from its 2 * level-th bit of the first word on, and the next word needs the two highest.
static_assert(kMaxLevels >= 16 && kMaxLevels <= 31);
// Cars are counted in blocks of this many words of each level.
constexpr std::int64_t kCountWords = 16;

// The bits from kShift on of the two-word number whose lower word is `low`.
template <int kShift>
HWY_INLINE V shift_down(V low, V high) {
#if HWY_TARGET <= HWY_AVX3_DL && HWY_ARCH_X86
  return V{_mm512_shrdi_epi64(low.raw, high.raw, kShift)};
#else
  return hn::Or(hn::ShiftRight<kShift>(low), hn::ShiftLeft<64 - kShift>(high));
#endif
}

template <int kShift>
HWY_INLINE V shift_up(V high, V low) {
#if HWY_TARGET <= HWY_AVX3_DL && HWY_ARCH_X86
  return V{_mm512_shldi_epi64(high.raw, low.raw, kShift)};
#else
  return hn::Or(hn::ShiftLeft<kShift>(high), hn::ShiftRight<64 - kShift>(low));
#endif
}

// The pairs of 64 cells with the cells ahead of them: s where both are cars, u where one at least is. (In two
// variables, since SVE's vectors cannot be members.)
HWY_INLINE void to_pairs(V cells, V next_cells, V& s, V& u) {
  const V ahead = shift_down<1>(cells, next_cells);
  s = hn::And(cells, ahead);
  u = hn::Or(cells, ahead);
}

// One iteration; `before` is u of the word before.
HWY_INLINE void advance_pairs(V& s, V& u, V before) {
  const V from = shift_up<2>(u, before);
  u = hn::Or(s, from);
  s = hn::And(s, from);
}

// The cell ahead of each of these cells, whose pairs are s and u.
HWY_INLINE V next_ahead(V s, V u, V cells) {
#if (HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86) || HWY_ARCH_ARM
  return hn::IfVecThenElse(cells, s, u);
#else
  return hn::Or(s, hn::AndNot(cells, u));  // s lies within u
#endif
}

// The way back, word after word; `first` is the first cell of this word, as 0 or 1, and becomes that of the next. Where
// s and u differ, a cell is what the one before it is not; else it is what they say. With every other cell flipped, "is
// not" becomes "is", and the cells are the carries of an addition: places of the first kind pass a carry on, those of
// the other make one or none.
HWY_INLINE V to_cells(V s, V u, V& first) {
  const D d;
  const V even = hn::Set(d, 0x5555555555555555);
  const V odd = hn::Set(d, 0xAAAAAAAAAAAAAAAA);
  const V differ = hn::Xor(s, u);
  const V makes = hn::AndNot(differ, hn::Xor(s, even));
  const V sum = hn::Add(differ, hn::Or(hn::Add(makes, makes), first));
  const V cells = hn::Xor3(sum, differ, odd);
  first = hn::ShiftRight<63>(next_ahead(s, u, cells));
  return cells;
}

// The first cell, as 0 or 1, of the word `here` after an iteration a level. `before` is the word before.
HWY_INLINE V followed_cell(V before, V here, std::int64_t levels) {
  // The cell that comes to lie there is `levels` cells lower. What it depends on is in the word that ends with the
  // first two cells of `here`.
  V cells = shift_down<2>(before, here);
  for (std::int64_t t = 0; t < levels; ++t) {
    cells = hn::Or(hn::And(cells, hn::ShiftRight<1>(cells)), hn::AndNot(cells, hn::ShiftLeft<1>(cells)));
  }
  return hn::And(hn::ShiftRightSame(cells, static_cast<int>(62 - levels)), hn::Set(D(), 1));
}

// The word that each level keeps: u of the last one it got. The constructor is written out because g++ compiles a
// defaulted one for the default target.
template <std::int64_t kLevels>
class Wavefront {
 public:
  HWY_INLINE Wavefront() {
    for (std::int64_t level = 0; level < kLevels; ++level) set(level, hn::Zero(D()));
  }

#if HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SVE_256 || HWY_TARGET == HWY_SVE2_128
  // SVE's vectors have no size, so they cannot be members.
  HWY_INLINE V get(std::int64_t level) const { return hn::Load(D(), words_ + level * kLanes); }
  HWY_INLINE void set(std::int64_t level, V word) { hn::Store(word, D(), words_ + level * kLanes); }

 private:
  static constexpr std::int64_t kLanes = static_cast<std::int64_t>(hn::MaxLanes(D()));
  alignas(256) std::uint64_t words_[static_cast<std::size_t>(kLevels * kLanes)];
#else
  HWY_INLINE V get(std::int64_t level) const { return words_[level]; }
  HWY_INLINE void set(std::int64_t level, V word) { words_[level] = word; }

 private:
  V words_[static_cast<std::size_t>(kLevels)];
#endif
};

// Sum of three bits in every position: `sum` keeps its weight, the result weighs twice as much.
HWY_INLINE V carry_save(V& sum, V a, V b) {
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
  const V carry = V{_mm512_ternarylogic_epi64(sum.raw, a.raw, b.raw, 0xE8)};
  sum = V{_mm512_ternarylogic_epi64(sum.raw, a.raw, b.raw, 0x96)};
#else
  // Sums wait for sums: they have one operation to make after the one before.
  const V differ = hn::Xor(a, b);
  const V carry = hn::Or(hn::And(a, b), hn::And(differ, sum));
  sum = hn::Xor(sum, differ);
#endif
  return carry;
}

constexpr std::int64_t kLanes = static_cast<std::int64_t>(hn::MaxLanes(D()));

// Bits of many vectors, summed in each lane by a tree of carry-save adders (Harley & Seal; Mula, Kurz & Lemire 2018),
// so that one vector in sixteen is counted bit by bit.
class BitSum {
 public:
  BitSum() {
    for (std::int64_t i = 0; i < 5; ++i) set(i, hn::Zero(D()));
  }

  // Adds the bits of kCountWords vectors.
  void add_block(const std::uint64_t* words) {
    static_assert(kCountWords == 16);
    const auto at = [&](std::int64_t i) HWY_ATTR { return hn::Load(D(), words + i * kLanes); };
    V ones = get(0);
    V twos = get(1);
    V fours = get(2);
    V eights = get(3);
    const auto eights_from = [&](std::int64_t i) HWY_ATTR {
      const V two_a = carry_save(ones, at(i), at(i + 1));
      const V two_b = carry_save(ones, at(i + 2), at(i + 3));
      const V four_a = carry_save(twos, two_a, two_b);
      const V two_c = carry_save(ones, at(i + 4), at(i + 5));
      const V two_d = carry_save(ones, at(i + 6), at(i + 7));
      const V four_b = carry_save(twos, two_c, two_d);
      return carry_save(fours, four_a, four_b);
    };
    const V eight_a = eights_from(0);
    const V eight_b = eights_from(8);
    const V sixteen = carry_save(eights, eight_a, eight_b);
    set(0, ones);
    set(1, twos);
    set(2, fours);
    set(3, eights);
    set(4, hn::Add(get(4), hn::PopulationCount(sixteen)));
  }

  // In each lane.
  V sum() const {
    V sum = get(4);
    for (std::int64_t i = 3; i >= 0; --i) sum = hn::Add(hn::Add(sum, sum), hn::PopulationCount(get(i)));
    return sum;
  }

 private:
  V get(std::int64_t i) const { return hn::Load(D(), sums_ + i * kLanes); }
  void set(std::int64_t i, V sum) { hn::Store(sum, D(), sums_ + i * kLanes); }
  alignas(256) std::uint64_t sums_[5 * kLanes];
};

// In every lane, the bits from first - 64 * word on; none if that is past the word.
HWY_INLINE V bits_from(hn::Vec<DI> first, std::int64_t word) {
  const D d;
  const DI di;
  const auto bit = hn::Sub(first, hn::Set(di, word * 64));
  const V shift = hn::BitCast(d, hn::Min(hn::Max(bit, hn::Zero(di)), hn::Set(di, 64)));
  // In two halves: shifting by a whole word is not the same on all targets.
  const V half = hn::ShiftRight<1>(shift);
  return hn::Shl(hn::Shl(hn::Set(d, ~std::uint64_t{0}), half), hn::Sub(shift, half));
}

// What is counted of a word: with one level the cars that move and s, with more s at each level.
template <std::int64_t kLevels>
constexpr std::int64_t kCounted = kLevels == 1 ? 2 : kLevels;

// Collects words in which own cells are to be counted, and counts them.
template <std::int64_t kLevels>
class Counter {
 public:
  explicit Counter(const Sweep& sweep) : sweep_(sweep) {
    const auto lanes = static_cast<std::int64_t>(hn::Lanes(D()));
    for (std::int64_t lane = 0; lane < lanes; ++lane) {
      first_[lane] = sweep.own_first - (sweep.lower ? 64 : 0) - lane * sweep.strip_words * 64;
    }
  }

  // Where the n-th word of the sweep goes; the next word of a pair follows it.
  std::uint64_t* place(std::int64_t n) { return words_ + n % kCountWords * kLanes; }
  static std::uint64_t* next(std::uint64_t* place) { return place + kLanes; }

  // The i-th of what is counted of a word.
  static HWY_INLINE void collect(std::int64_t i, V word, std::uint64_t* place) {
    hn::Store(word, D(), place + i * kCountWords * kLanes);
  }

  // To be called when all was collected of the n-th word.
  void end_word(std::int64_t n) {
    if (n % kCountWords == kCountWords - 1) count(n - (kCountWords - 1));
  }

  // To be called when there are no more after n words; sets the counts of the sweep.
  void finish(std::int64_t n) {
    if (n % kCountWords != 0) {
      const std::int64_t first = n - n % kCountWords;
      for (; n % kCountWords != 0; ++n) {
        for (std::int64_t i = 0; i < kCounted<kLevels>; ++i) collect(i, hn::Zero(D()), place(n));
      }
      count(first);
    }
    for (std::int64_t i = 0; i < kCounted<kLevels>; ++i) {
      sweep_.counts[i] = static_cast<std::int64_t>(hn::GetLane(hn::SumOfLanes(D(), sums_[i].sum())));
    }
  }

 private:
  static constexpr std::int64_t level_of(std::int64_t i) { return kLevels == 1 ? 0 : i; }

  // The block of words from `low` on. The own cells of a lane are those from first_ on, and as many bits higher as the
  // level says.
  void count(std::int64_t low) {
    if (!hn::AllTrue(DI(), is_own(low, low + kCountWords))) {
      for (std::int64_t n = 0; n < kCountWords; ++n) clear_others(low + n, place(n));
    }
    for (std::int64_t i = 0; i < kCounted<kLevels>; ++i) sums_[i].add_block(words_ + i * kCountWords * kLanes);
  }

  // The lanes that hold own cells alone in the words from `low` on, before word `high`, at every level.
  hn::Mask<DI> is_own(std::int64_t low, std::int64_t high) const {
    const DI di;
    const auto first = hn::Load(di, first_);
    const auto begin = hn::Set(di, low * 64 - (kLevels - 1));
    const auto end = hn::Set(di, high * 64 - sweep_.own_cells);
    return hn::Not(hn::Or(hn::Lt(begin, first), hn::Lt(first, end)));
  }

  // The lanes that hold no own cell in the n-th word, at any level.
  hn::Mask<DI> is_other(std::int64_t n) const {
    const DI di;
    const auto first = hn::Load(di, first_);
    const auto before = hn::Set(di, n * 64 + 63);
    const auto past = hn::Set(di, n * 64 - (kLevels - 1) - sweep_.own_cells);
    return hn::Or(hn::Lt(before, first), hn::Not(hn::Lt(past, first)));
  }

  // Leaves only own cells in what was collected of the n-th word.
  void clear_others(std::int64_t n, std::uint64_t* place) {
    const DI di;
    const auto own = is_own(n, n + 1);
    const bool plain = hn::AllTrue(di, hn::Or(own, is_other(n)));
    const V all = hn::IfThenElseZero(hn::RebindMask(D(), own), hn::Set(D(), ~std::uint64_t{0}));
    for (std::int64_t i = 0; i < kCounted<kLevels>; ++i) {
      std::uint64_t* const word = place + i * kCountWords * kLanes;
      hn::Store(hn::And(hn::Load(D(), word), plain ? all : own_bits(n, level_of(i))), D(), word);
    }
  }

  // Own cells of the n-th word at a level.
  V own_bits(std::int64_t n, std::int64_t level) const {
    const DI di;
    const auto first = hn::Add(hn::Load(di, first_), hn::Set(di, level));
    return hn::AndNot(bits_from(hn::Add(first, hn::Set(di, sweep_.own_cells)), n), bits_from(first, n));
  }

  const Sweep& sweep_;
  alignas(256) std::uint64_t words_[kCounted<kLevels> * kCountWords * kLanes];
  BitSum sums_[kCounted<kLevels>];
  alignas(256) std::int64_t first_[kLanes];  // bit of own cell 0, numbered from the sweep's first word
};

struct NoCounter {
  explicit NoCounter(const Sweep&) {}
  std::uint64_t* place(std::int64_t) { return nullptr; }
  static std::uint64_t* next(std::uint64_t*) { return nullptr; }
  static HWY_INLINE void collect(std::int64_t, V, std::uint64_t*) {}
  void end_word(std::int64_t) {}
  void finish(std::int64_t) {}
};

// Takes the pairs of one word through the levels from kLevel on. What is to be counted goes to `place`.
template <class AnyCounter, std::int64_t kLevel, std::int64_t kLevels>
HWY_INLINE void push(Wavefront<kLevels>& wave, V& s, V& u, std::uint64_t* place) {
  if constexpr (kLevel < kLevels) {
    const V before = wave.get(kLevel);
    wave.set(kLevel, u);
    AnyCounter::collect(kLevels == 1 ? 1 : kLevel, s, place);
    advance_pairs(s, u, before);
    push<AnyCounter, kLevel + 1>(wave, s, u, place);
  }
}

// The same for two words at once: half as long a chain of dependent operations for each.
template <class AnyCounter, std::int64_t kLevel, std::int64_t kLevels>
HWY_INLINE void push_two(Wavefront<kLevels>& wave, V& s0, V& u0, V& s1, V& u1, std::uint64_t* place) {
  if constexpr (kLevel < kLevels) {
    const V before0 = wave.get(kLevel);
    const V before1 = u0;
    wave.set(kLevel, u1);
    AnyCounter::collect(kLevels == 1 ? 1 : kLevel, s0, place);
    AnyCounter::collect(kLevels == 1 ? 1 : kLevel, s1, AnyCounter::next(place));
    advance_pairs(s0, u0, before0);
    advance_pairs(s1, u1, before1);
    push_two<AnyCounter, kLevel + 1>(wave, s0, u0, s1, u1, place);
  }
}

template <class AnyCounter, std::int64_t kLevels>
void sweep_levels(const Sweep& sweep) {
  const D d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const std::int64_t count = sweep.strip_words;
  std::uint64_t* const to = sweep.words;
  const std::uint64_t* const from = sweep.words + (sweep.lower ? lanes : 0);
  const std::int64_t left = count - (sweep.lower ? 1 : 0);
  // The word after a strip's last one is the next strip's first, which is overwritten before it is needed.
  const V beyond0 = hn::LoadU(d, sweep.words + 1);
  const V beyond1 = hn::LoadU(d, sweep.words + lanes + 1);
  const auto input = [&](std::int64_t n) HWY_ATTR {
    if (n < left) return hn::Load(d, from + n * lanes);
    return n == left ? beyond0 : beyond1;
  };

  // The word before a strip's first one is the last of the strip before. It gives each level its first u.
  const V before = sweep.lower ? hn::Load(d, sweep.words) : hn::LoadU(d, sweep.words + (count - 1) * lanes - 1);
  V cells = input(0);
  V first = followed_cell(before, cells, kLevels);
  Wavefront<kLevels> wave;
  V s;
  V u;
  to_pairs(before, cells, s, u);
  push<NoCounter, 0>(wave, s, u, nullptr);

  AnyCounter counter(sweep);
  std::int64_t n = 0;
  for (; n + 2 < left; n += 2) {
    const V cells1 = hn::Load(d, from + (n + 1) * lanes);
    const V cells2 = hn::Load(d, from + (n + 2) * lanes);
    V s1;
    V u1;
    to_pairs(cells, cells1, s, u);
    to_pairs(cells1, cells2, s1, u1);
    std::uint64_t* const place = counter.place(n);
    if constexpr (kLevels == 1) {
      AnyCounter::collect(0, hn::Xor(s, cells), place);
      AnyCounter::collect(0, hn::Xor(s1, cells1), AnyCounter::next(place));
    }
    push_two<AnyCounter, 0>(wave, s, u, s1, u1, place);
    hn::Store(to_cells(s, u, first), d, to + n * lanes);
    hn::Store(to_cells(s1, u1, first), d, to + (n + 1) * lanes);
    counter.end_word(n + 1);
    cells = cells2;
  }
  for (; n < count; ++n) {
    const V next = input(n + 1);
    to_pairs(cells, next, s, u);
    std::uint64_t* const place = counter.place(n);
    if constexpr (kLevels == 1) AnyCounter::collect(0, hn::Xor(s, cells), place);
    push<AnyCounter, 0>(wave, s, u, place);
    hn::Store(to_cells(s, u, first), d, to + n * lanes);
    counter.end_word(n);
    cells = next;
  }
  counter.finish(n);
}

template <std::int64_t kLevels>
void sweep_any(const Sweep& sweep) {
  if (sweep.counts != nullptr) return sweep_levels<Counter<kLevels>, kLevels>(sweep);
  return sweep_levels<NoCounter, kLevels>(sweep);
}

void run_sweep(const Sweep& sweep) {
  switch (sweep.levels) {
    case 1:
      return sweep_any<1>(sweep);
    case 2:
      return sweep_any<2>(sweep);
    case 4:
      return sweep_any<4>(sweep);
    case 8:
      return sweep_any<8>(sweep);
    case 16:
      return sweep_any<16>(sweep);
    default:
      return sweep_any<kMaxLevels>(sweep);
  }
}

const Sweeps& sweeps_here() {
  static const Sweeps sweeps{static_cast<std::int64_t>(hn::Lanes(D())), kMaxLevels, run_sweep};
  return sweeps;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace trafficbench::bitpack
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace trafficbench::bitpack {

namespace {
HWY_EXPORT(sweeps_here);
}  // namespace

const Sweeps& sweeps() { return HWY_DYNAMIC_DISPATCH(sweeps_here)(); }

}  // namespace trafficbench::bitpack

#endif  // HWY_ONCE
