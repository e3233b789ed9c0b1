#include "kernels/philox_words.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/philox_words.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

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

// Philox4x32-10 (Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011, section 3.3). A
// 64-bit lane holds one word of a block in its lower half; the upper half may hold anything, since a product takes the
// lower halves alone. So the lower half of a product is the product.
HWY_INLINE void make_round(V& word_0, V& word_1, V& word_2, V& word_3, V multiplier_0, V multiplier_1, V key_0,
                           V key_1) {
  const V product_0 = multiply(word_0, multiplier_0);
  const V product_1 = multiply(word_2, multiplier_1);
  word_0 = hn::Xor3(swap_halves(product_1), word_1, key_0);
  word_2 = hn::Xor3(hn::ShiftRight<32>(product_0), word_3, key_1);
  word_1 = product_1;
  word_3 = product_0;
}

// Each lane makes a word of its own, block after block, which its four cells enter from above.
void words_here(const PhiloxKey& key, std::uint64_t block, std::int64_t words, std::uint64_t* out) {
  const D d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const V multiplier_0 = hn::Set(d, 0xD2511F53);
  const V multiplier_1 = hn::Set(d, 0xCD9E8D57);
  const V low = hn::Set(d, 0xFFFFFFFF);
  const V threshold = hn::Set(d, key.threshold);
  const V top = hn::Set(d, std::uint64_t{1} << 63);
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
    V cells = hn::Zero(d);
    const auto take = [&](V value) HWY_ATTR {
      // Below the threshold the difference is negative.
      cells = hn::OrAnd(hn::ShiftRight<1>(cells), hn::Sub(hn::And(value, low), threshold), top);
    };
    for (int i = 0; i < kWordBlocks; ++i) {
      V word_0 = counter;
      V word_1 = hn::ShiftRight<32>(counter);
      V word_2 = hn::Zero(d);
      V word_3 = hn::Zero(d);
      for (const auto& of_round : keys) {
        make_round(word_0, word_1, word_2, word_3, multiplier_0, multiplier_1, hn::Set(d, of_round[0]),
                   hn::Set(d, of_round[1]));
      }
      take(word_0);
      take(word_1);
      take(word_2);
      take(word_3);
      counter = hn::Add(counter, hn::Set(d, 1));
    }
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
