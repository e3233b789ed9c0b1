#include "kernels/bitslice/lanes.hpp"

#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/bitslice/lanes.cpp"
#include <hwy/foreach_target.h>

#include "kernels/bitslice/register-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace trafficbench::bitslice {
namespace HWY_NAMESPACE {
namespace {

template <int kBytes>
struct Lanes {
  using V = Register<kBytes>;
  static constexpr int kRegisterWords = kBytes / 8;

  // One of the six rounds of a 64 x 64 bit transpose (Warren, Hacker's Delight, 7-3): the off-diagonal quarters of
  // every 2 kStep x 2 kStep square change places. A register holds one row of as many squares as it has 64-bit words.
  template <int kStep>
  static HWY_INLINE void swap_quarters(std::uint64_t* rows) {
    constexpr std::uint64_t kMask = ~std::uint64_t{0} / ((std::uint64_t{1} << kStep) + 1);
    for (int row = 0; row < 64; row += 2 * kStep) {
      for (int i = row; i < row + kStep; ++i) {
        const V low = load<kBytes>(rows + i * kRegisterWords);
        const V high = load<kBytes>(rows + (i + kStep) * kRegisterWords);
        const V change = ((low >> kStep) ^ high) & kMask;
        store<kBytes>(low ^ (change << kStep), rows + i * kRegisterWords);
        store<kBytes>(high ^ change, rows + (i + kStep) * kRegisterWords);
      }
    }
  }

  static void transpose(std::uint64_t* rows) {
    swap_quarters<32>(rows);
    swap_quarters<16>(rows);
    swap_quarters<8>(rows);
    swap_quarters<4>(rows);
    swap_quarters<2>(rows);
    swap_quarters<1>(rows);
  }

  /// Picks words from `one` followed by `other`.
  template <int... places>
  static HWY_INLINE V words_of(V one, V other) {
#if defined(__clang__) || __GNUC__ >= 12
    return __builtin_shufflevector(one, other, places...);
#else
    return __builtin_shuffle(one, other, V{places...});
#endif
  }

  // The bit at the end of each 64-bit word goes to the next one. Nothing comes in at the register's end.
  template <int... i>
  static HWY_INLINE V before(V lanes, std::integer_sequence<int, i...>) {
    return (lanes << 1) | words_of<(i == 0 ? kRegisterWords : i - 1)...>(lanes >> 63, V{});
  }
  template <int... i>
  static HWY_INLINE V after(V lanes, std::integer_sequence<int, i...>) {
    return (lanes >> 1) | words_of<(i + 1)...>(lanes << 63, V{});
  }

  static void from_lane_before(const std::uint64_t* from, std::uint64_t* to, std::int64_t count) {
    for (std::int64_t i = 0; i < count * kRegisterWords; i += kRegisterWords) {
      store<kBytes>(before(load<kBytes>(from + i), std::make_integer_sequence<int, kRegisterWords>{}), to + i);
    }
  }

  static void from_lane_after(const std::uint64_t* from, std::uint64_t* to, std::int64_t count) {
    for (std::int64_t i = 0; i < count * kRegisterWords; i += kRegisterWords) {
      store<kBytes>(after(load<kBytes>(from + i), std::make_integer_sequence<int, kRegisterWords>{}), to + i);
    }
  }
};

template <int kBytes>
const LaneMoves& lane_moves_of() {
  using L = Lanes<kBytes>;
  static const LaneMoves moves{kBytes / 8, L::transpose, L::from_lane_before, L::from_lane_after};
  return moves;
}

const LaneMoves& lane_moves_here(int register_words) {
#if TRAFFICBENCH_TERNARY
  if (register_words == 4) return lane_moves_of<32>();
#endif
  (void)register_words;
  return lane_moves_of<TRAFFICBENCH_REGISTER_BYTES>();
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace trafficbench::bitslice
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace trafficbench::bitslice {

namespace {
HWY_EXPORT(lane_moves_here);
}  // namespace

const LaneMoves& lane_moves(int register_words) { return HWY_DYNAMIC_DISPATCH(lane_moves_here)(register_words); }

}  // namespace trafficbench::bitslice

#endif  // HWY_ONCE
