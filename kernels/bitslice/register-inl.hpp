// Vector registers of bit lanes, for the instruction set that is being compiled. Include it after foreach_target.
//
// Written with the vector extension of GCC and clang, not with Highway's vectors: only boolean functions are needed,
// the width is a parameter, and registers must stand in arrays, which SVE's vectors may not. On SVE this takes 128-bit
// registers, which every such core has.
#include <hwy/highway.h>

#include <cstdint>

#if HWY_ARCH_ARM
#include <arm_neon.h>
#endif

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

// GCC forgets a vector size that depends on a template parameter.
template <int kBytes>
struct RegisterOf;
template <>
struct RegisterOf<16> {
  using Type = std::uint64_t __attribute__((vector_size(16)));
};
template <>
struct RegisterOf<32> {
  using Type = std::uint64_t __attribute__((vector_size(32)));
};
template <>
struct RegisterOf<64> {
  using Type = std::uint64_t __attribute__((vector_size(64)));
};
template <int kBytes>
using Register = typename RegisterOf<kBytes>::Type;

template <int kBytes>
HWY_INLINE Register<kBytes> load(const std::uint64_t* from) {
  return *reinterpret_cast<const Register<kBytes>*>(from);
}
template <int kBytes>
HWY_INLINE void store(Register<kBytes> value, std::uint64_t* to) {
  *reinterpret_cast<Register<kBytes>*>(to) = value;
}

/// Keeps the compiler from merging the operation that made `value` with those that use it.
template <class V>
HWY_INLINE void keep(V& value) {
#if HWY_ARCH_X86
  __asm__("" : "+v"(value));
#else
  (void)value;
#endif
}

/// The same, and keeps the operations that are marked so in their order.
template <class V>
HWY_INLINE void keep_order(V& value) {
#if TRAFFICBENCH_TERNARY
  __asm__ volatile("" : "+v"(value));
#else
  (void)value;
#endif
}

/// Rule 184 for a register of cells in two-operand operations.
template <class V>
HWY_INLINE V next_plain(V left, V centre, V right) {
  V stay = centre & right;
  keep(stay);
  V come = ~centre & left;
  keep(come);
  return stay | come;
}

/// The same in one operation, on targets that have one for it.
template <class V>
HWY_INLINE V next_ternary(V left, V centre, V right) {
#if TRAFFICBENCH_TERNARY
  if constexpr (sizeof(V) == 64) {
    return reinterpret_cast<V>(_mm512_ternarylogic_epi64(
        reinterpret_cast<__m512i>(left), reinterpret_cast<__m512i>(centre), reinterpret_cast<__m512i>(right), 184));
  } else {
    return reinterpret_cast<V>(_mm256_ternarylogic_epi64(
        reinterpret_cast<__m256i>(left), reinterpret_cast<__m256i>(centre), reinterpret_cast<__m256i>(right), 184));
  }
#elif HWY_ARCH_ARM
  return reinterpret_cast<V>(vbslq_u64(reinterpret_cast<uint64x2_t>(centre), reinterpret_cast<uint64x2_t>(right),
                                       reinterpret_cast<uint64x2_t>(left)));
#else
  return next_plain(left, centre, right);
#endif
}

/// Adds a and b to `sum`, each bit for itself, and returns the carries: a full adder.
template <class V>
HWY_INLINE V add_bits(V& sum, V a, V b) {
#if TRAFFICBENCH_TERNARY
  // One operation for "two or more of three", one for "an odd number of three".
  V carry;
  if constexpr (sizeof(V) == 64) {
    const auto x = reinterpret_cast<__m512i>(sum);
    const auto y = reinterpret_cast<__m512i>(a);
    const auto z = reinterpret_cast<__m512i>(b);
    carry = reinterpret_cast<V>(_mm512_ternarylogic_epi64(x, y, z, 0xe8));
    sum = reinterpret_cast<V>(_mm512_ternarylogic_epi64(x, y, z, 0x96));
  } else {
    const auto x = reinterpret_cast<__m256i>(sum);
    const auto y = reinterpret_cast<__m256i>(a);
    const auto z = reinterpret_cast<__m256i>(b);
    carry = reinterpret_cast<V>(_mm256_ternarylogic_epi64(x, y, z, 0xe8));
    sum = reinterpret_cast<V>(_mm256_ternarylogic_epi64(x, y, z, 0x96));
  }
  return carry;
#else
  // Sums wait for sums: they have one operation to make after the one before.
  const V half = a ^ b;
  const V carry = (a & b) | (half & sum);
  sum = sum ^ half;
  return carry;
#endif
}

/// The bits set in each 64-bit word.
template <class V>
HWY_INLINE V popcount(V cells) {
#if TRAFFICBENCH_VECTOR_POPCOUNT
  if constexpr (sizeof(V) == 64) {
    return reinterpret_cast<V>(_mm512_popcnt_epi64(reinterpret_cast<__m512i>(cells)));
  } else {
    return reinterpret_cast<V>(_mm256_popcnt_epi64(reinterpret_cast<__m256i>(cells)));
  }
#elif HWY_ARCH_ARM
  return reinterpret_cast<V>(vpaddlq_u32(vpaddlq_u16(vpaddlq_u8(vcntq_u8(reinterpret_cast<uint8x16_t>(cells))))));
#else
  cells = cells - ((cells >> 1) & 0x5555555555555555u);
  cells = (cells & 0x3333333333333333u) + ((cells >> 2) & 0x3333333333333333u);
  cells = (cells + (cells >> 4)) & 0x0f0f0f0f0f0f0f0fu;  // in each byte
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_SSSE3
  // One instruction sums the bytes.
  if constexpr (sizeof(V) == 16) {
    return reinterpret_cast<V>(_mm_sad_epu8(reinterpret_cast<__m128i>(cells), _mm_setzero_si128()));
  }
#if HWY_TARGET <= HWY_AVX2
  if constexpr (sizeof(V) == 32) {
    return reinterpret_cast<V>(_mm256_sad_epu8(reinterpret_cast<__m256i>(cells), _mm256_setzero_si256()));
  }
#endif
#endif
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
