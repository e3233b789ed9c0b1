// bitpacked: a cell is a bit, 64 to a word, and a word needs one bit of each neighbour word. The segment is cut into as
// many strips as a vector has words, and word j of all strips lies in one vector, so that neighbour words are neighbour
// vectors and a carry costs a funnel shift but never a permutation. docs/kernels.md draws it.
//
// Two tricks make do with two shifts an iteration, in place. First, a sweep to higher words writes the new state one
// cell lower than the old one, so that it needs nothing of the word before; the next sweep runs the other way and
// brings the cells back. Second, every word goes through several iterations, levels, in registers before it is stored.
// Iteration t + 1 needs words j and j + 1 of iteration t, so each level keeps one vector: a register wavefront (time
// skewing, Wonnacott 2000, with blocks of one word).
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/variants/bitpacked.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstdint>
#include <type_traits>

#ifndef TRAFFICBENCH_BITPACKED_SWEEP
#define TRAFFICBENCH_BITPACKED_SWEEP
namespace trafficbench::variant {
namespace {

// One trip through the strips. Bits are numbered through all strips in order.
struct Sweep {
  // Word j of strip s is words[j * strips + s]; there is a vector of slack on either side.
  std::uint64_t* words;
  std::int64_t strip_words;
  std::int64_t own_first;  // bit of the first own cell before the sweep
  std::int64_t own_cells;
  std::int64_t levels;  // iterations: 1, 2, 4 .. max_levels()
  bool upwards;         // to higher words, so that cells end up `levels` bits lower; else higher
  std::int64_t* moves;  // to be set, one for each iteration; nullptr if not wanted
};

}  // namespace
}  // namespace trafficbench::variant
#endif

HWY_BEFORE_NAMESPACE();
namespace trafficbench::variant {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<std::uint64_t>;
using V = hn::Vec<D>;
using DI = hn::RebindToSigned<D>;

// As many levels as leave registers for the rest of the work.
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
constexpr std::int64_t kMaxLevels = 16;
#else
constexpr std::int64_t kMaxLevels = 8;
#endif
// The cars that move are counted in blocks of this many words of each level.
constexpr std::int64_t kCountWords = 16;
constexpr std::int64_t kMaxCountedLevels = 8;

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

HWY_INLINE V next_cells(V left, V here, V right) {
#if (HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86) || HWY_ARCH_ARM
  return hn::IfVecThenElse(here, right, left);
#else
  return hn::Or(hn::And(here, right), hn::AndNot(here, left));
#endif
}

// The word that each level keeps: the last one it got. The constructor is written out because g++ compiles a defaulted
// one for the default target.
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

// One iteration of the word `old` of a strip; `word` is the next one of the sweep. `movers` gets the cars that move.
template <bool kUpwards>
HWY_INLINE V next_word(V old, V word, V& movers) {
  const V here = kUpwards ? shift_down<1>(old, word) : shift_up<1>(old, word);
  const V side = kUpwards ? shift_down<2>(old, word) : shift_up<2>(old, word);
  const V left = kUpwards ? old : side;
  const V right = kUpwards ? side : old;
  movers = hn::AndNot(right, here);
  return next_cells(left, here, right);
}

// Takes `word` through the levels from kLevel on. If kCount, the cars that move in level t go to movers + t *
// level_stride.
template <bool kUpwards, bool kCount, std::int64_t kLevel, std::int64_t kLevels>
HWY_INLINE V push(Wavefront<kLevels>& wave, V word, std::uint64_t* movers, std::int64_t level_stride) {
  if constexpr (kLevel == kLevels) {
    return word;
  } else {
    V moved;
    const V next = next_word<kUpwards>(wave.get(kLevel), word, moved);
    wave.set(kLevel, word);
    if constexpr (kCount) hn::Store(moved, D(), movers + kLevel * level_stride);
    return push<kUpwards, kCount, kLevel + 1>(wave, next, movers, level_stride);
  }
}

// The same for two words at once: half as long a chain of dependent operations for each.
template <bool kUpwards, bool kCount, std::int64_t kLevel, std::int64_t kLevels>
HWY_INLINE void push_two(Wavefront<kLevels>& wave, V& first, V& second, std::uint64_t* movers,
                         std::int64_t level_stride) {
  if constexpr (kLevel < kLevels) {
    V moved_first;
    V moved_second;
    const V next_first = next_word<kUpwards>(wave.get(kLevel), first, moved_first);
    const V next_second = next_word<kUpwards>(first, second, moved_second);
    wave.set(kLevel, second);
    if constexpr (kCount) {
      std::uint64_t* const to = movers + kLevel * level_stride;
      hn::Store(moved_first, D(), to);
      hn::Store(moved_second, D(), to + hn::Lanes(D()));
    }
    first = next_first;
    second = next_second;
    push_two<kUpwards, kCount, kLevel + 1>(wave, first, second, movers, level_stride);
  }
}

// Sum of three bits in every position: `sum` keeps its weight, the result weighs twice as much.
HWY_INLINE V carry_save(V& sum, V a, V b) {
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
  const V carry = V{_mm512_ternarylogic_epi64(sum.raw, a.raw, b.raw, 0xE8)};
  sum = V{_mm512_ternarylogic_epi64(sum.raw, a.raw, b.raw, 0x96)};
#else
  const V differ = hn::Xor(sum, a);
  const V carry = hn::Or(hn::And(sum, a), hn::And(differ, b));
  sum = hn::Xor(differ, b);
#endif
  return carry;
}

// The cars in kCountWords vectors, summed in each lane. A tree of carry-save adders (Harley & Seal; Mula, Kurz & Lemire
// 2018) leaves one vector in three to be counted bit by bit; where one instruction counts a vector, a plain sum does.
HWY_INLINE V count_bits(const std::uint64_t* words) {
  const D d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto at = [&](std::int64_t i) HWY_ATTR { return hn::Load(d, words + i * lanes); };
#if HWY_TARGET <= HWY_AVX3_DL && HWY_ARCH_X86
  V even = hn::Zero(d);
  V odd = hn::Zero(d);
  for (std::int64_t i = 0; i < kCountWords; i += 2) {
    even = hn::Add(even, hn::PopulationCount(at(i)));
    odd = hn::Add(odd, hn::PopulationCount(at(i + 1)));
  }
  return hn::Add(even, odd);
#else
  static_assert(kCountWords == 16);
  V ones = hn::Zero(d);
  V twos = hn::Zero(d);
  V fours = hn::Zero(d);
  const auto eights_from = [&](std::int64_t i) HWY_ATTR {
    const V two_a = carry_save(ones, at(i), at(i + 1));
    const V two_b = carry_save(ones, at(i + 2), at(i + 3));
    const V two_c = carry_save(ones, at(i + 4), at(i + 5));
    const V two_d = carry_save(ones, at(i + 6), at(i + 7));
    const V four_a = carry_save(twos, two_a, two_b);
    const V four_b = carry_save(twos, two_c, two_d);
    return carry_save(fours, four_a, four_b);
  };
  const V eight_a = eights_from(0);
  const V eight_b = eights_from(8);
  // Sums of at most 16 * 8 fit a byte; only their total needs more.
  const hn::Repartition<std::uint8_t, D> d8;
  const auto bits = [&](V v) HWY_ATTR { return hn::PopulationCount(hn::BitCast(d8, v)); };
  auto count = bits(hn::And(eight_a, eight_b));
  count = hn::Add(hn::Add(count, count), bits(hn::Xor(eight_a, eight_b)));
  count = hn::Add(hn::Add(count, count), bits(fours));
  count = hn::Add(hn::Add(count, count), bits(twos));
  count = hn::Add(hn::Add(count, count), bits(ones));
  return hn::SumsOf8(count);
#endif
}

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

// Collects the cars that move in a sweep, and counts those in own cells.
class Counter {
 public:
  explicit Counter(const Sweep& sweep) : sweep_(sweep), lanes_(static_cast<std::int64_t>(hn::Lanes(D()))) {
    const std::int64_t strip_cells = sweep.strip_words * 64;
    for (std::int64_t level = 0; level < sweep.levels; ++level) {
      // Cars that move in an iteration are marked where the cells lie after it.
      const std::int64_t shift = sweep.upwards ? -(level + 1) : level + 1;
      for (std::int64_t lane = 0; lane < lanes_; ++lane) {
        const std::int64_t first = sweep.own_first + shift - lane * strip_cells;
        const std::int64_t last = first + sweep.own_cells;
        first_[level * lanes_ + lane] = std::clamp<std::int64_t>(first, 0, strip_cells);
        last_[level * lanes_ + lane] = std::clamp<std::int64_t>(last, 0, strip_cells);
        totals_[level * lanes_ + lane] = 0;
      }
    }
  }

  std::int64_t level_stride() const { return kCountWords * lanes_; }

  // Where the marks of step `step` go.
  std::uint64_t* movers(std::int64_t step) { return movers_ + step % kCountWords * lanes_; }

  // To be called when the marks of step `step` are there.
  void end_step(std::int64_t step) {
    if (step % kCountWords == kCountWords - 1) count(step - (kCountWords - 1));
  }

  // To be called when there are no more after `steps`; sets the moves of the sweep.
  void finish(std::int64_t steps) {
    if (steps % kCountWords != 0) {
      for (std::int64_t step = steps; step % kCountWords != 0; ++step) {
        for (std::int64_t level = 0; level < sweep_.levels; ++level) {
          hn::Store(hn::Zero(D()), D(), movers(step) + level * level_stride());
        }
      }
      count(steps - steps % kCountWords);
    }
    for (std::int64_t level = 0; level < sweep_.levels; ++level) {
      const V total = hn::Load(D(), totals_ + level * lanes_);
      sweep_.moves[level] = static_cast<std::int64_t>(hn::GetLane(hn::SumOfLanes(D(), total)));
    }
  }

 private:
  // Step s gives level t its word s - t - 1, in the order of the sweep.
  void count(std::int64_t first_step) {
    const D d;
    const DI di;
    for (std::int64_t level = 0; level < sweep_.levels; ++level) {
      std::uint64_t* const movers = movers_ + level * level_stride();
      const std::int64_t nth = first_step - level - 1;
      const std::int64_t low = sweep_.upwards ? nth : sweep_.strip_words - nth - kCountWords;
      const auto first = hn::Load(di, first_ + level * lanes_);
      const auto last = hn::Load(di, last_ + level * lanes_);
      const auto begin = hn::Set(di, low * 64);
      const auto end = hn::Set(di, (low + kCountWords) * 64);
      const auto not_all = hn::Or(hn::Lt(begin, first), hn::Lt(last, end));
      const auto some = hn::And(hn::Lt(begin, last), hn::Lt(first, end));
      V counted = hn::Zero(d);
      if (hn::AllFalse(di, hn::And(not_all, some))) {
        counted = hn::IfThenZeroElse(hn::RebindMask(d, not_all), count_bits(movers));
      } else {
        for (std::int64_t i = 0; i < kCountWords; ++i) {
          const std::int64_t word = sweep_.upwards ? low + i : low + kCountWords - 1 - i;
          const V own = hn::AndNot(bits_from(last, word), bits_from(first, word));
          hn::Store(hn::And(own, hn::Load(d, movers + i * lanes_)), d, movers + i * lanes_);
        }
        counted = count_bits(movers);
      }
      std::uint64_t* const total = totals_ + level * lanes_;
      hn::Store(hn::Add(hn::Load(d, total), counted), d, total);
    }
  }

  static constexpr std::int64_t kLanes = static_cast<std::int64_t>(hn::MaxLanes(D()));

  const Sweep& sweep_;
  std::int64_t lanes_;
  alignas(256) std::uint64_t movers_[kMaxCountedLevels * kCountWords * kLanes];
  // Own bits of each strip: first of them and one past the last, by level.
  alignas(256) std::int64_t first_[kMaxCountedLevels * kLanes];
  alignas(256) std::int64_t last_[kMaxCountedLevels * kLanes];
  alignas(256) std::uint64_t totals_[kMaxCountedLevels * kLanes];
};

struct NoCounter {
  explicit NoCounter(const Sweep&) {}
  std::int64_t level_stride() const { return 0; }
  std::uint64_t* movers(std::int64_t) { return nullptr; }
  void end_step(std::int64_t) {}
  void finish(std::int64_t) {}
};

template <bool kUpwards, bool kCount, std::int64_t kLevels>
void sweep_levels(const Sweep& sweep) {
  const D d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const std::int64_t count = sweep.strip_words;
  // The n-th word of the sweep.
  std::uint64_t* const origin = sweep.words + (kUpwards ? 0 : (count - 1) * lanes);
  const std::int64_t stride = kUpwards ? lanes : -lanes;
  // The word after a strip's last one is the next strip's first; after the last strip comes junk.
  const V beyond = hn::LoadU(d, origin + (kUpwards ? 1 : -1));

  std::conditional_t<kCount, Counter, NoCounter> counter(sweep);
  const std::int64_t level_stride = counter.level_stride();
  Wavefront<kLevels> wave;
  const auto input = [&](std::int64_t step) HWY_ATTR {
    if (step < count) return hn::Load(d, origin + step * stride);
    return step == count ? beyond : hn::Zero(d);
  };
  std::int64_t step = 0;
  const auto push_one = [&]() HWY_ATTR {
    const V out = push<kUpwards, kCount, 0>(wave, input(step), counter.movers(step), level_stride);
    if (step >= kLevels) hn::Store(out, d, origin + (step - kLevels) * stride);
    counter.end_step(step);
    ++step;
  };
  while (step < kLevels) push_one();
  static_assert(kLevels == 1 || kLevels % 2 == 0);
  // Both words of a pair belong to one block of the counter.
  if (kLevels == 1 && count > 1) push_one();
  for (; step + 1 < count; step += 2) {
    V first = hn::Load(d, origin + step * stride);
    V second = hn::Load(d, origin + (step + 1) * stride);
    push_two<kUpwards, kCount, 0>(wave, first, second, counter.movers(step), level_stride);
    hn::Store(first, d, origin + (step - kLevels) * stride);
    hn::Store(second, d, origin + (step + 1 - kLevels) * stride);
    counter.end_step(step + 1);
  }
  while (step < count + kLevels) push_one();
  counter.finish(step);
}

template <std::int64_t kLevels>
void sweep_any(const Sweep& sweep) {
  if constexpr (kLevels <= kMaxCountedLevels) {
    if (sweep.moves != nullptr) {
      return sweep.upwards ? sweep_levels<true, true, kLevels>(sweep) : sweep_levels<false, true, kLevels>(sweep);
    }
  }
  return sweep.upwards ? sweep_levels<true, false, kLevels>(sweep) : sweep_levels<false, false, kLevels>(sweep);
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
    default:
      return sweep_any<kMaxLevels>(sweep);
  }
}

std::int64_t strips() { return static_cast<std::int64_t>(hn::Lanes(D())); }
std::int64_t max_levels(bool count) { return count ? std::min(kMaxLevels, kMaxCountedLevels) : kMaxLevels; }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace trafficbench::variant
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <array>
#include <bit>
#include <memory>

#include "kernels/aligned_buffer.hpp"
#include "kernels/bits.hpp"
#include "kernels/variant.hpp"

namespace trafficbench::variant {

namespace {

HWY_EXPORT(run_sweep);
HWY_EXPORT(strips);
HWY_EXPORT(max_levels);

class BitpackedSegment final : public Segment {
 public:
  explicit BitpackedSegment(const SegmentShape& shape)
      : cells_(shape.cells),
        strips_(HWY_DYNAMIC_DISPATCH(strips)()),
        strip_words_(strip_words(shape, strips_)),
        home_(home(shape)),
        own_(home_),
        buffer_((strip_words_ + 2) * strips_),
        words_(buffer_.data() + strips_),
        run_sweep_(&HWY_DYNAMIC_DISPATCH(run_sweep)),
        max_levels_{HWY_DYNAMIC_DISPATCH(max_levels)(false), HWY_DYNAMIC_DISPATCH(max_levels)(true)} {}

  std::int64_t cells() const override { return cells_; }
  HaloWidth halo() const override { return halo_; }

  void load(const CellSource& source, std::int64_t first) override {
    own_ = home_;
    halo_ = {};
    std::array<std::uint64_t, 512> block;
    constexpr auto kBlock = static_cast<std::int64_t>(block.size());
    const std::int64_t begin = own_ / kWordCells;
    const std::int64_t end = begin + words_for(cells_);
    // All strips of a stretch before the next stretch, so that each cache line is filled while it is at hand.
    for (std::int64_t stretch = 0; stretch < strip_words_; stretch += kBlock) {
      for (std::int64_t strip = 0; strip < strips_; ++strip) {
        const std::int64_t strip_begin = strip * strip_words_;
        const std::int64_t from = std::max(begin, strip_begin + stretch);
        const std::int64_t to = std::min(end, strip_begin + std::min(stretch + kBlock, strip_words_));
        if (from >= to) continue;
        const std::int64_t cell = (from - begin) * kWordCells;
        source.read(first + cell, std::min((to - from) * kWordCells, cells_ - cell), block);
        std::uint64_t* const words = words_ + (from - strip_begin) * strips_ + strip;
        for (std::int64_t i = 0; i < to - from; ++i) {
          words[i * strips_] = block[static_cast<std::size_t>(i)];
        }
      }
    }
  }

  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const override {
    if (count <= 0) return;
    const std::int64_t shift = (own_ + first) % kWordCells;
    Cursor cursor(*this, (own_ + first) / kWordCells);
    std::uint64_t word = cursor.word();
    for (std::int64_t done = 0; done < count; done += kWordCells) {
      const std::int64_t step = std::min(kWordCells, count - done);
      std::uint64_t cells = word >> shift;
      if (shift + step > kWordCells || done + step < count) {
        cursor.next();
        word = cursor.word();
        if (shift > 0) cells |= word << (kWordCells - shift);
      }
      out[static_cast<std::size_t>(done / kWordCells)] = cells & low_mask(step);
    }
  }

  void set_halo(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right, HaloWidth width) override {
    write(own_ - width.left, width.left, left);
    write(own_ + cells_, width.right, right);
    halo_ = width;
  }

  void advance(std::int64_t k, std::span<MoveCount> moves) override {
    for (std::int64_t done = 0; done < k;) {
      const auto wanted = [&](std::int64_t t) { return !moves.empty() && moves[static_cast<std::size_t>(t)].wanted; };
      // Iterations whose moves are not wanted are faster, so they have sweeps of their own.
      const bool count = wanted(done);
      const std::int64_t most = std::min(k - done, max_levels_[count ? 1 : 0]);
      std::int64_t levels = 1;
      while (levels < most && wanted(done + levels) == count) ++levels;
      levels = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(levels)));
      std::array<std::int64_t, kMaxMoves> swept;
      sweep(levels, count ? swept.data() : nullptr);
      for (std::int64_t t = 0; count && t < levels; ++t) {
        moves[static_cast<std::size_t>(done + t)].moves = swept[static_cast<std::size_t>(t)];
      }
      done += levels;
    }
  }

  static std::unique_ptr<Segment> make(const SegmentShape& shape) { return std::make_unique<BitpackedSegment>(shape); }
  static std::int64_t bytes(const SegmentShape& shape) {
    const std::int64_t strips = HWY_DYNAMIC_DISPATCH(strips)();
    return aligned_buffer_bytes<std::uint64_t>((strip_words(shape, strips) + 2) * strips);
  }

 private:
  static constexpr std::size_t kMaxMoves = 64;
  // Room for the drift of the cells: by as many bits as a sweep has levels.
  static constexpr std::int64_t kDrift = 64;

  /// Goes through the words in the order of the road.
  class Cursor {
   public:
    Cursor(const BitpackedSegment& segment, std::int64_t word)
        : segment_(segment), strip_(word / segment.strip_words_), row_(word % segment.strip_words_) {}

    std::int64_t index() const { return row_ * segment_.strips_ + strip_; }
    std::uint64_t word() const { return segment_.words_[index()]; }
    void next() {
      if (++row_ < segment_.strip_words_) return;
      row_ = 0;
      ++strip_;
    }

   private:
    const BitpackedSegment& segment_;
    std::int64_t strip_;
    std::int64_t row_;
  };

  /// Where own cell 0 is after load, in bits: at a word's first bit, with room for halo and drift before it.
  static std::int64_t home(const SegmentShape& shape) { return words_for(shape.max_halo.left + kDrift) * kWordCells; }

  static std::int64_t strip_words(const SegmentShape& shape, std::int64_t strips) {
    const std::int64_t cells = home(shape) + shape.cells + shape.max_halo.right + kDrift;
    return (words_for(cells) + strips - 1) / strips;
  }

  void write(std::int64_t bit, std::int64_t count, std::span<const std::uint64_t> cells) {
    Cursor cursor(*this, bit / kWordCells);
    std::int64_t shift = bit % kWordCells;
    for (std::int64_t done = 0; done < count;) {
      const std::int64_t step = std::min(count - done, kWordCells - shift);
      std::uint64_t& word = words_[cursor.index()];
      word = (word & ~(low_mask(step) << shift)) | get_cells(cells, done, step) << shift;
      done += step;
      shift = 0;
      cursor.next();
    }
  }

  void sweep(std::int64_t levels, std::int64_t* moves) {
    const bool upwards = own_ > home_;
    run_sweep_({.words = words_,
                .strip_words = strip_words_,
                .own_first = own_,
                .own_cells = cells_,
                .levels = levels,
                .upwards = upwards,
                .moves = moves});
    own_ += upwards ? -levels : levels;
    halo_.left -= levels;
    halo_.right -= levels;
  }

  std::int64_t cells_;
  std::int64_t strips_;
  std::int64_t strip_words_;
  std::int64_t home_;
  std::int64_t own_;  // bit of own cell 0, numbered through all strips in order
  HaloWidth halo_;
  AlignedBuffer<std::uint64_t> buffer_;
  std::uint64_t* words_;
  decltype(&HWY_DYNAMIC_DISPATCH(run_sweep)) run_sweep_;
  std::array<std::int64_t, 2> max_levels_;  // without counting, and with
};

}  // namespace

const Variant& bitpacked() {
  static const Variant variant{.name = "bitpacked",
                               .summary =
                                   "a cell is a bit, 64 a word: funnel shifts between neighbour "
                                   "words, many iterations in registers",
                               .kernel_class = KernelClass::update,
                               .uses_simd = true,
                               .nominal_rate = 750,
                               .nominal_rate_plain = 300,
                               .make = BitpackedSegment::make,
                               .bytes = BitpackedSegment::bytes,
                               // Two shifts an iteration; a sweep loads and stores each bit once.
                               .work = {.bits_per_cell = 1,
                                        .register_bits_per_cell = 1,
                                        .extra_operations = 2,
                                        .bytes_per_update = 0.25 / 16,
                                        .bytes_per_trip = 0.25,
                                        .iterations_per_trip = 16}};
  return variant;
}

}  // namespace trafficbench::variant

#endif  // HWY_ONCE
