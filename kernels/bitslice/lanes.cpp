#include "kernels/bitslice/lanes.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/bitslice/lanes.cpp"
#include <hwy/foreach_target.h>

#include "kernels/bitslice/register-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace trafficbench::bitslice {
namespace HWY_NAMESPACE {
namespace {

// One of the six rounds of a 64 x 64 bit transpose (Warren, Hacker's Delight, 7-3): the
// off-diagonal quarters of every 2 kStep x 2 kStep square change places. A register holds one row
// of as many squares as it has 64-bit words.
template <int kStep>
HWY_INLINE void swap_quarters(std::uint64_t* rows) {
  constexpr std::uint64_t kMask = ~std::uint64_t{0} / ((std::uint64_t{1} << kStep) + 1);
  for (int row = 0; row < 64; row += 2 * kStep) {
    for (int i = row; i < row + kStep; ++i) {
      const Register low = load(rows + i * kRegisterWords);
      const Register high = load(rows + (i + kStep) * kRegisterWords);
      const Register change = ((low >> kStep) ^ high) & kMask;
      store(low ^ (change << kStep), rows + i * kRegisterWords);
      store(high ^ change, rows + (i + kStep) * kRegisterWords);
    }
  }
}

void transpose(std::uint64_t* rows) {
  swap_quarters<32>(rows);
  swap_quarters<16>(rows);
  swap_quarters<8>(rows);
  swap_quarters<4>(rows);
  swap_quarters<2>(rows);
  swap_quarters<1>(rows);
}

// The word beside each 64-bit word of a register, zero at the end, comes from memory one word off:
// the first and the last word of a register are put right in a copy.
void from_lane_before(const std::uint64_t* from, std::uint64_t* to, std::int64_t count) {
  alignas(TRAFFICBENCH_REGISTER_BYTES) std::uint64_t before[kRegisterWords];
  for (std::int64_t word = 0; word < count; ++word) {
    before[0] = 0;
    for (int i = 1; i < kRegisterWords; ++i) before[i] = from[i - 1] >> 63;
    store((load(from) << 1) | load(before), to);
    from += kRegisterWords;
    to += kRegisterWords;
  }
}

void from_lane_after(const std::uint64_t* from, std::uint64_t* to, std::int64_t count) {
  alignas(TRAFFICBENCH_REGISTER_BYTES) std::uint64_t after[kRegisterWords];
  for (std::int64_t word = 0; word < count; ++word) {
    for (int i = 1; i < kRegisterWords; ++i) after[i - 1] = from[i] << 63;
    after[kRegisterWords - 1] = 0;
    store((load(from) >> 1) | load(after), to);
    from += kRegisterWords;
    to += kRegisterWords;
  }
}

const LaneMoves& lane_moves_here() {
  static const LaneMoves moves{kRegisterWords, transpose, from_lane_before, from_lane_after};
  return moves;
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

const LaneMoves& lane_moves() { return HWY_DYNAMIC_DISPATCH(lane_moves_here)(); }

}  // namespace trafficbench::bitslice

#endif  // HWY_ONCE
