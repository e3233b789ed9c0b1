#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "drivers/measure/ceiling_ops.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cstdint>

#include "drivers/measure/ceiling_ops.hpp"

// A vector that the compiler knows nothing about from here on, left in its register: operations are
// then neither folded nor fused, and run as written.
#undef TRAFFICBENCH_OPAQUE
#undef TRAFFICBENCH_CAN_TIME
#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
#define TRAFFICBENCH_CAN_TIME 0
#define TRAFFICBENCH_OPAQUE(v) (void)v
#elif HWY_ARCH_X86
#define TRAFFICBENCH_CAN_TIME 1
#define TRAFFICBENCH_OPAQUE(v) asm volatile("" : "+v"((v).raw))
#elif HWY_ARCH_ARM && (HWY_TARGET == HWY_NEON)
#define TRAFFICBENCH_CAN_TIME 1
#define TRAFFICBENCH_OPAQUE(v) asm volatile("" : "+w"((v).raw))
#elif HWY_ARCH_ARM_A64
#define TRAFFICBENCH_CAN_TIME 1
#define TRAFFICBENCH_OPAQUE(v) asm volatile("" : "+w"(v))
#else
#define TRAFFICBENCH_CAN_TIME 0
#define TRAFFICBENCH_OPAQUE(v) (void)v
#endif

// vpternlogq on x86, BSL on NEON: what IfVecThenElse becomes there.
#undef TRAFFICBENCH_HAS_TERNARY
#define TRAFFICBENCH_HAS_TERNARY ((HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3) || (HWY_ARCH_ARM && HWY_TARGET == HWY_NEON))

HWY_BEFORE_NAMESPACE();
namespace trafficbench {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using Words = hn::ScalableTag<std::uint64_t>;

// One operation on x. n1 and n2 are the chains next to it, which the next operation takes too; s1
// and s2 are a third and two thirds of the way round, which none of the next few takes; c and d
// stay as they are.
struct TwoOperand {
  template <int I, class V>
  static HWY_INLINE void step(V& x, V /*n1*/, V /*n2*/, V s1, V /*s2*/, V /*c*/, V /*d*/) {
    if constexpr (I % 3 == 0) {
      x = hn::And(x, s1);
    } else if constexpr (I % 3 == 1) {
      x = hn::Or(x, s1);
    } else {
      x = hn::AndNot(x, s1);
    }
    TRAFFICBENCH_OPAQUE(x);
  }
};

struct TernaryConstant {
  template <int I, class V>
  static HWY_INLINE void step(V& x, V /*n1*/, V /*n2*/, V /*s1*/, V /*s2*/, V c, V d) {
    x = hn::IfVecThenElse(x, c, d);
    TRAFFICBENCH_OPAQUE(x);
  }
};

struct TernaryFresh {
  template <int I, class V>
  static HWY_INLINE void step(V& x, V /*n1*/, V /*n2*/, V s1, V s2, V /*c*/, V /*d*/) {
    x = hn::IfVecThenElse(x, s1, s2);
    TRAFFICBENCH_OPAQUE(x);
  }
};

struct TernaryShared {
  template <int I, class V>
  static HWY_INLINE void step(V& x, V n1, V n2, V /*s1*/, V /*s2*/, V /*c*/, V /*d*/) {
    x = hn::IfVecThenElse(x, n1, n2);
    TRAFFICBENCH_OPAQUE(x);
  }
};

// Named variables: vectors of SVE cannot sit in arrays, and compilers keep arrays of vectors in
// memory.
// clang-format off
template <class Step, class V>
HWY_INLINE void chains_of_8(V c, V d, std::int64_t rounds) {
  V x0 = hn::Or(c, d);
  V x1 = x0, x2 = x0, x3 = x0, x4 = x0, x5 = x0, x6 = x0, x7 = x0;
  for (; rounds > 0; --rounds) {
#define TRAFFICBENCH_STEPS \
  Step::template step<0>(x0, x1, x2, x2, x5, c, d); \
  Step::template step<1>(x1, x2, x3, x3, x6, c, d); \
  Step::template step<2>(x2, x3, x4, x4, x7, c, d); \
  Step::template step<3>(x3, x4, x5, x5, x0, c, d); \
  Step::template step<4>(x4, x5, x6, x6, x1, c, d); \
  Step::template step<5>(x5, x6, x7, x7, x2, c, d); \
  Step::template step<6>(x6, x7, x0, x0, x3, c, d); \
  Step::template step<7>(x7, x0, x1, x1, x4, c, d)
    TRAFFICBENCH_STEPS;
    TRAFFICBENCH_STEPS;
    TRAFFICBENCH_STEPS;
#undef TRAFFICBENCH_STEPS
  }
}

template <class Step, class V>
HWY_INLINE void chains_of_12(V c, V d, std::int64_t rounds) {
  V x0 = hn::Or(c, d);
  V x1 = x0, x2 = x0, x3 = x0, x4 = x0, x5 = x0, x6 = x0, x7 = x0, x8 = x0, x9 = x0, x10 = x0, x11 = x0;
  for (; rounds > 0; --rounds) {
#define TRAFFICBENCH_STEPS \
  Step::template step<0>(x0, x1, x2, x4, x8, c, d); \
  Step::template step<1>(x1, x2, x3, x5, x9, c, d); \
  Step::template step<2>(x2, x3, x4, x6, x10, c, d); \
  Step::template step<3>(x3, x4, x5, x7, x11, c, d); \
  Step::template step<4>(x4, x5, x6, x8, x0, c, d); \
  Step::template step<5>(x5, x6, x7, x9, x1, c, d); \
  Step::template step<6>(x6, x7, x8, x10, x2, c, d); \
  Step::template step<7>(x7, x8, x9, x11, x3, c, d); \
  Step::template step<8>(x8, x9, x10, x0, x4, c, d); \
  Step::template step<9>(x9, x10, x11, x1, x5, c, d); \
  Step::template step<10>(x10, x11, x0, x2, x6, c, d); \
  Step::template step<11>(x11, x0, x1, x3, x7, c, d)
    TRAFFICBENCH_STEPS;
    TRAFFICBENCH_STEPS;
#undef TRAFFICBENCH_STEPS
  }
}

template <class Step, class V>
HWY_INLINE void chains_of_24(V c, V d, std::int64_t rounds) {
  V x0 = hn::Or(c, d);
  V x1 = x0, x2 = x0, x3 = x0, x4 = x0, x5 = x0, x6 = x0, x7 = x0, x8 = x0, x9 = x0, x10 = x0, x11 = x0, x12 = x0, x13 = x0, x14 = x0, x15 = x0, x16 = x0, x17 = x0, x18 = x0, x19 = x0, x20 = x0, x21 = x0, x22 = x0, x23 = x0;
  for (; rounds > 0; --rounds) {
#define TRAFFICBENCH_STEPS \
  Step::template step<0>(x0, x1, x2, x8, x16, c, d); \
  Step::template step<1>(x1, x2, x3, x9, x17, c, d); \
  Step::template step<2>(x2, x3, x4, x10, x18, c, d); \
  Step::template step<3>(x3, x4, x5, x11, x19, c, d); \
  Step::template step<4>(x4, x5, x6, x12, x20, c, d); \
  Step::template step<5>(x5, x6, x7, x13, x21, c, d); \
  Step::template step<6>(x6, x7, x8, x14, x22, c, d); \
  Step::template step<7>(x7, x8, x9, x15, x23, c, d); \
  Step::template step<8>(x8, x9, x10, x16, x0, c, d); \
  Step::template step<9>(x9, x10, x11, x17, x1, c, d); \
  Step::template step<10>(x10, x11, x12, x18, x2, c, d); \
  Step::template step<11>(x11, x12, x13, x19, x3, c, d); \
  Step::template step<12>(x12, x13, x14, x20, x4, c, d); \
  Step::template step<13>(x13, x14, x15, x21, x5, c, d); \
  Step::template step<14>(x14, x15, x16, x22, x6, c, d); \
  Step::template step<15>(x15, x16, x17, x23, x7, c, d); \
  Step::template step<16>(x16, x17, x18, x0, x8, c, d); \
  Step::template step<17>(x17, x18, x19, x1, x9, c, d); \
  Step::template step<18>(x18, x19, x20, x2, x10, c, d); \
  Step::template step<19>(x19, x20, x21, x3, x11, c, d); \
  Step::template step<20>(x20, x21, x22, x4, x12, c, d); \
  Step::template step<21>(x21, x22, x23, x5, x13, c, d); \
  Step::template step<22>(x22, x23, x0, x6, x14, c, d); \
  Step::template step<23>(x23, x0, x1, x7, x15, c, d)
    TRAFFICBENCH_STEPS;
#undef TRAFFICBENCH_STEPS
  }
}

// clang-format on

// 24 chains need more than 16 registers.
constexpr bool kManyRegisters = HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM;

template <class Step, class D>
void run_chains(D d, int chains, std::int64_t rounds) {
  auto one = hn::Set(d, 0x5555555555555555u);
  auto other = hn::Set(d, 0x3333333333333333u);
  TRAFFICBENCH_OPAQUE(one);
  TRAFFICBENCH_OPAQUE(other);
  if (chains == 8) {
    chains_of_8<Step>(one, other, rounds);
  } else if (chains == 12 || !kManyRegisters) {
    chains_of_12<Step>(one, other, rounds);
  } else {
    chains_of_24<Step>(one, other, rounds);
  }
}

template <class D>
void run_loop_with(D d, BooleanLoop loop, int chains, std::int64_t rounds) {
  switch (loop) {
    case BooleanLoop::two_operand:
      return run_chains<TwoOperand>(d, chains, rounds);
    case BooleanLoop::ternary_constant:
      return run_chains<TernaryConstant>(d, chains, rounds);
    case BooleanLoop::ternary_fresh:
      return run_chains<TernaryFresh>(d, chains, rounds);
    case BooleanLoop::ternary_shared:
      return run_chains<TernaryShared>(d, chains, rounds);
  }
}

void run_loop(BooleanLoop loop, bool half, int chains, std::int64_t rounds) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  if (half) return run_loop_with(hn::CappedTag<std::uint64_t, 4>(), loop, chains, rounds);
#endif
  (void)half;
  run_loop_with(hn::ScalableTag<std::uint64_t>(), loop, chains, rounds);
}

bool has_half() { return HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3; }

bool has_loop(BooleanLoop loop) {
  return TRAFFICBENCH_CAN_TIME && (loop == BooleanLoop::two_operand || TRAFFICBENCH_HAS_TERNARY);
}

int bits_of_register() { return static_cast<int>(hn::Lanes(Words()) * 64); }

std::uint64_t read_words(const std::uint64_t* HWY_RESTRICT block, std::int64_t bytes, std::int64_t passes) {
  const Words d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const std::int64_t words = bytes / 8;
  auto v0 = hn::Zero(d), v1 = v0, v2 = v0, v3 = v0;
  for (; passes > 0; --passes) {
    for (std::int64_t i = 0; i < words; i += 8 * lanes) {
      v0 = hn::Or(v0, hn::Load(d, block + i));
      v1 = hn::Or(v1, hn::Load(d, block + i + lanes));
      v2 = hn::Or(v2, hn::Load(d, block + i + 2 * lanes));
      v3 = hn::Or(v3, hn::Load(d, block + i + 3 * lanes));
      v0 = hn::Or(v0, hn::Load(d, block + i + 4 * lanes));
      v1 = hn::Or(v1, hn::Load(d, block + i + 5 * lanes));
      v2 = hn::Or(v2, hn::Load(d, block + i + 6 * lanes));
      v3 = hn::Or(v3, hn::Load(d, block + i + 7 * lanes));
    }
    // A second pass would find nothing new: let no compiler see that.
    TRAFFICBENCH_OPAQUE(v0);
  }
  return hn::GetLane(hn::MaxOfLanes(d, hn::Or(hn::Or(v0, v1), hn::Or(v2, v3))));
}

void update_words(std::uint64_t* block, std::int64_t bytes, std::int64_t passes) {
  const Words d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const std::int64_t words = bytes / 8;
  auto mask = hn::Set(d, ~std::uint64_t{0});
  for (; passes > 0; --passes) {
    TRAFFICBENCH_OPAQUE(mask);
    for (std::int64_t i = 0; i < words; i += 4 * lanes) {
      hn::Store(hn::Xor(mask, hn::Load(d, block + i)), d, block + i);
      hn::Store(hn::Xor(mask, hn::Load(d, block + i + lanes)), d, block + i + lanes);
      hn::Store(hn::Xor(mask, hn::Load(d, block + i + 2 * lanes)), d, block + i + 2 * lanes);
      hn::Store(hn::Xor(mask, hn::Load(d, block + i + 3 * lanes)), d, block + i + 3 * lanes);
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace trafficbench
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace trafficbench {

HWY_EXPORT(run_loop);
HWY_EXPORT(has_loop);
HWY_EXPORT(has_half);
HWY_EXPORT(bits_of_register);
HWY_EXPORT(read_words);
HWY_EXPORT(update_words);

void run_boolean(BooleanLoop loop, bool half, int chains, std::int64_t rounds) {
  HWY_DYNAMIC_DISPATCH(run_loop)(loop, half, chains, rounds);
}
bool has_boolean(BooleanLoop loop) { return HWY_DYNAMIC_DISPATCH(has_loop)(loop); }
bool has_half_registers() { return HWY_DYNAMIC_DISPATCH(has_half)(); }
int register_bits() { return HWY_DYNAMIC_DISPATCH(bits_of_register)(); }
std::uint64_t read_block(const std::uint64_t* block, std::int64_t bytes, std::int64_t passes) {
  return HWY_DYNAMIC_DISPATCH(read_words)(block, bytes, passes);
}
void update_block(std::uint64_t* block, std::int64_t bytes, std::int64_t passes) {
  HWY_DYNAMIC_DISPATCH(update_words)(block, bytes, passes);
}

}  // namespace trafficbench

#endif  // HWY_ONCE
