// The loops that `ceiling` times, compiled for every instruction set and run on the selected one
// (kernels/isa.hpp).
#pragma once

#include <array>
#include <cstdint>

namespace trafficbench {

/// A loop of boolean operations on whole vector registers; each operation overwrites one of its
/// operands.
enum class BooleanLoop {
  two_operand,       ///< and, or, and-not of freshly computed operands
  ternary_constant,  ///< an operation of three operands, two of which stay as they are
  ternary_fresh,     ///< one of three freshly computed operands, none of which the operations close by
                     ///< take
  ternary_shared     ///< the same, but two of the three are taken by the next operation too, as
                     ///< between neighbouring words
};

/// Independent chains that a loop can be made of: few enough for the registers, many enough to hide
/// latency. Where there are 16 registers, 24 stands for 12.
inline constexpr std::array<int, 3> kBooleanChains{8, 12, 24};

/// Operations that run_boolean makes in one round.
inline constexpr std::int64_t kRoundOperations = 24;

/// Makes `rounds` rounds with one of kBooleanChains, on registers of half the length if `half`.
void run_boolean(BooleanLoop loop, bool half, int chains, std::int64_t rounds);

/// Whether the instruction set has its newest operations on registers of half the length too
/// (AVX-512: 256 bits).
bool has_half_registers();

/// Bits of a vector register.
int register_bits();

/// Whether the suite can time loops of that kind here: ternary operations need an instruction of
/// three operands.
bool has_boolean(BooleanLoop loop);

/// Granularity of read_block and update_block: eight of the longest registers there are.
inline constexpr std::int64_t kStreamBlock = 8 * 256;

/// Loads a block `passes` times; returns a value that depends on all of it. `bytes` is a multiple
/// of kStreamBlock, `block` is aligned to 64 bytes.
std::uint64_t read_block(const std::uint64_t* block, std::int64_t bytes, std::int64_t passes);

/// Loads a block, changes it and stores it in place, `passes` times.
void update_block(std::uint64_t* block, std::int64_t bytes, std::int64_t passes);

}  // namespace trafficbench
