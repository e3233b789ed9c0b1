#include "kernels/philox_words.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/philox_words.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace trafficbench {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<std::uint64_t>;
using V = hn::Vec<D>;

constexpr int kRounds = 10;
constexpr int kWordBlocks = 16;

/// The products of the lower halves.
HWY_INLINE V multiply(V a, V b) {
  const hn::Repartition<std::uint32_t, D> d32;
  return hn::MulEven(hn::BitCast(d32, a), hn::BitCast(d32, b));
}

/// The upper halves, in the lower ones. One product of a round takes a shift and the other this: on Intel's cores,
/// which shift and multiply wide registers on one port, they then share two.
HWY_INLINE V swap_halves(V a) {
  const hn::Repartition<std::uint32_t, D> d32;
  return hn::BitCast(D(), hn::Shuffle2301(hn::BitCast(d32, a)));
}

/// late ^ a ^ b, where `late` is what all wait for: one operation after it.
HWY_INLINE V xor_late(V late, V a, V b) {
#if HWY_ARCH_X86 && HWY_TARGET > HWY_AVX3
  V early = hn::Xor(a, b);
  asm("" : "+x"(early.raw));  // else compilers put the constant of the three last
  return hn::Xor(late, early);
#else
  return hn::Xor3(late, a, b);
#endif
}

/// The four words of a block, a word in the lower half of each 64-bit lane. The upper half may hold anything, since a
/// product takes the lower halves alone. So the lower half of a product is the product.
HWY_INLINE void make_round(V& word_0, V& word_1, V& word_2, V& word_3, V multiplier_0, V multiplier_1, V key_0,
                           V key_1) {
  const V product_0 = multiply(word_0, multiplier_0);
  const V product_1 = multiply(word_2, multiplier_1);
  word_0 = xor_late(swap_halves(product_1), word_1, key_0);
  word_2 = xor_late(hn::ShiftRight<32>(product_0), word_3, key_1);
  word_1 = product_1;
  word_3 = product_0;
}

/// Adds to `cells` those of `bits`, which lie in lower halves, whose word is below the threshold.
HWY_INLINE V take(V cells, V word, V threshold, std::uint64_t bits) {
  const hn::Repartition<std::uint32_t, D> d32;
  const auto car = hn::Lt(hn::BitCast(d32, word), hn::BitCast(d32, threshold));
  return hn::Or(cells, hn::BitCast(D(), hn::IfThenElseZero(car, hn::BitCast(d32, hn::Set(D(), bits)))));
}

// Philox4x32-10 (Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011, section 3.3). Each
// lane makes a word of its own, two blocks at a time: one of each half of that word.
void words_here(const PhiloxKey& key, std::uint64_t block, std::int64_t words, std::uint64_t* out) {
  if (key.threshold >> 32 != 0) return static_cast<void>(std::fill_n(out, words, ~std::uint64_t{0}));
  const D d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const V multiplier_0 = hn::Set(d, 0xD2511F53);
  const V multiplier_1 = hn::Set(d, 0xCD9E8D57);
  const V threshold = hn::Set(d, key.threshold);
  std::uint64_t keys[kRounds][2];
  auto key_0 = static_cast<std::uint32_t>(key.seed);
  auto key_1 = static_cast<std::uint32_t>(key.seed >> 32);
  for (auto& of_round : keys) {
    of_round[0] = key_0;
    of_round[1] = key_1;
    key_0 += 0x9E3779B9;
    key_1 += 0xBB67AE85;
  }

  for (std::int64_t word = 0; word < words; word += lanes) {
    const std::uint64_t first = block + static_cast<std::uint64_t>(word) * kWordBlocks;
    V counter = hn::Add(hn::Set(d, first), hn::ShiftLeft<4>(hn::Iota(d, 0)));
    V low_cells = hn::Zero(d);
    V high_cells = hn::Zero(d);
    for (int i = 0; i < kWordBlocks / 2; ++i) {
      const V counter_b = hn::Add(counter, hn::Set(d, kWordBlocks / 2));
      V a0 = counter;
      V a1 = hn::ShiftRight<32>(counter);
      V a2 = hn::Zero(d);
      V a3 = hn::Zero(d);
      V b0 = counter_b;
      V b1 = hn::ShiftRight<32>(counter_b);
      V b2 = hn::Zero(d);
      V b3 = hn::Zero(d);
      for (const auto& of_round : keys) {
        const V round_key_0 = hn::Set(d, of_round[0]);
        const V round_key_1 = hn::Set(d, of_round[1]);
        make_round(a0, a1, a2, a3, multiplier_0, multiplier_1, round_key_0, round_key_1);
        make_round(b0, b1, b2, b3, multiplier_0, multiplier_1, round_key_0, round_key_1);
      }
      const std::uint64_t bit = std::uint64_t{1} << (4 * i);
      low_cells = take(low_cells, a0, threshold, bit);
      low_cells = take(low_cells, a1, threshold, bit << 1);
      low_cells = take(low_cells, a2, threshold, bit << 2);
      low_cells = take(low_cells, a3, threshold, bit << 3);
      high_cells = take(high_cells, b0, threshold, bit);
      high_cells = take(high_cells, b1, threshold, bit << 1);
      high_cells = take(high_cells, b2, threshold, bit << 2);
      high_cells = take(high_cells, b3, threshold, bit << 3);
      counter = hn::Add(counter, hn::Set(d, 1));
    }
    const V cells = hn::Or(low_cells, hn::ShiftLeft<32>(high_cells));
    if (words - word >= lanes) {
      hn::StoreU(cells, d, out + word);
    } else {
      alignas(256) std::uint64_t last[hn::MaxLanes(D())];
      hn::Store(cells, d, last);
      for (std::int64_t i = 0; word + i < words; ++i) out[word + i] = last[i];
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace trafficbench
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace trafficbench {

namespace {
HWY_EXPORT(words_here);
}  // namespace

void philox_words(const PhiloxKey& key, std::uint64_t block, std::int64_t words, std::uint64_t* out) {
  HWY_DYNAMIC_DISPATCH(words_here)(key, block, words, out);
}

}  // namespace trafficbench

#endif  // HWY_ONCE
