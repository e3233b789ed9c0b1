// One vector register of bit lanes, for the instruction set that is being compiled. Include it
// after foreach_target.
//
// Written with the vector extension of GCC and clang, not with Highway's vectors: all that is
// needed are boolean functions, and registers that may sit in an array, which the vectors of SVE
// may not. On SVE this takes 128-bit registers.
#include <hwy/highway.h>

#include <cstdint>

#if defined(TRAFFICBENCH_BITSLICE_REGISTER_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef TRAFFICBENCH_BITSLICE_REGISTER_INL
#undef TRAFFICBENCH_BITSLICE_REGISTER_INL
#else
#define TRAFFICBENCH_BITSLICE_REGISTER_INL
#endif

#undef TRAFFICBENCH_REGISTER_BYTES
#undef TRAFFICBENCH_TERNARY
#undef TRAFFICBENCH_VECTOR_POPCOUNT
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
#define TRAFFICBENCH_REGISTER_BYTES 64
#define TRAFFICBENCH_TERNARY 1
#elif HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2
#define TRAFFICBENCH_REGISTER_BYTES 32
#define TRAFFICBENCH_TERNARY 0
#else
#define TRAFFICBENCH_REGISTER_BYTES 16
#define TRAFFICBENCH_TERNARY 0
#endif
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3_DL
#define TRAFFICBENCH_VECTOR_POPCOUNT 1
#else
#define TRAFFICBENCH_VECTOR_POPCOUNT 0
#endif

HWY_BEFORE_NAMESPACE();
namespace trafficbench::bitslice {
namespace HWY_NAMESPACE {
namespace {

using Register = std::uint64_t __attribute__((vector_size(TRAFFICBENCH_REGISTER_BYTES)));

/// 64-bit words in a register.
constexpr int kRegisterWords = TRAFFICBENCH_REGISTER_BYTES / 8;

HWY_INLINE Register load(const std::uint64_t* from) {
  return *reinterpret_cast<const Register*>(from);
}
HWY_INLINE void store(Register value, std::uint64_t* to) {
  *reinterpret_cast<Register*>(to) = value;
}

/// Keeps the compiler from fusing what made `value` with what uses it.
HWY_INLINE void keep(Register& value) {
#if TRAFFICBENCH_TERNARY
  __asm__("" : "+v"(value));
#else
  (void)value;
#endif
}

/// Rule 184 for a register of cells in two-operand operations.
HWY_INLINE Register next_plain(Register left, Register centre, Register right) {
  Register stay = centre & right;
  keep(stay);
  Register come = ~centre & left;
  keep(come);
  return stay | come;
}

/// The same in the one operation that some targets have for it.
HWY_INLINE Register next_ternary(Register left, Register centre, Register right) {
#if TRAFFICBENCH_TERNARY
  return reinterpret_cast<Register>(
      _mm512_ternarylogic_epi64(reinterpret_cast<__m512i>(left), reinterpret_cast<__m512i>(centre),
                                reinterpret_cast<__m512i>(right), 184));
#else
  return next_plain(left, centre, right);
#endif
}

/// The cars counted in each 64-bit word.
HWY_INLINE Register popcount(Register cells) {
#if TRAFFICBENCH_VECTOR_POPCOUNT
  return reinterpret_cast<Register>(_mm512_popcnt_epi64(reinterpret_cast<__m512i>(cells)));
#else
  cells = cells - ((cells >> 1) & 0x5555555555555555u);
  cells = (cells & 0x3333333333333333u) + ((cells >> 2) & 0x3333333333333333u);
  cells = (cells + (cells >> 4)) & 0x0f0f0f0f0f0f0f0fu;
  cells = cells + (cells >> 8);
  cells = cells + (cells >> 16);
  return (cells + (cells >> 32)) & 0x7fu;
#endif
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace trafficbench::bitslice
HWY_AFTER_NAMESPACE();

#endif
