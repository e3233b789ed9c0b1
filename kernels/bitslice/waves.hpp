// The inner loops of the bit-sliced variants: several iterations in registers while words stream
// by.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace trafficbench::bitslice {

/// A register wavefront. It keeps two words of each of its levels in registers; a word that is
/// loaded at position v passes through all of them and comes out as the word of position v -
/// levels, `levels` iterations later, where it is stored.
struct Wave {
  int levels = 0;  ///< iterations made
  int group = 0;   ///< it takes a multiple of this many words at a time
  int words = 0;   ///< words taken through one level before the next
  int plain = 0;   ///< how many of these in two-operand operations, where there is a choice

  /// Takes `groups` * group words at `words`; stores as many, `levels` words further down. `state`
  /// is what it had in registers after the words before these: 2 * levels words, whatever they hold
  /// at the start of a pass, of which the first 2 * levels words stored are junk then.
  void (*run)(std::uint64_t* words, std::int64_t groups, std::uint64_t* state) = nullptr;
};

/// A wave that counts the cars that move in each of its levels.
struct CountingWave {
  int levels = 0;
  int group = 0;

  using Run = void (*)(std::uint64_t* words, std::int64_t groups, std::uint64_t* state, const std::uint64_t* masks,
                       std::int64_t* moves);

  /// As Wave::run. Adds to moves[i] the cars that move in level i in the lanes that are set in the
  /// one word `masks`.
  Run run_uniform = nullptr;

  /// The same where lanes differ from word to word: level i, counted from 1, takes masks[levels - i
  /// + n] for the n-th word of each group; group + levels - 1 of them.
  Run run_masked = nullptr;
};

/// Waves for registers of one width. A word is a register: register_words 64-bit words, aligned to
/// its size.
struct WaveSet {
  int register_words = 0;
  std::span<const Wave> waves;             ///< one of them has a single level
  std::span<const CountingWave> counting;  ///< one of them has a single level
};

/// All sets compiled for the instruction set in use.
std::span<const WaveSet> wave_sets();

/// A set and, of it, the waves for the long run.
struct FastestWaves {
  const WaveSet* set = nullptr;
  const Wave* wave = nullptr;
  const CountingWave* counting = nullptr;
};

/// Those that update most cells a second on this machine with the instruction set in use: found by
/// a race of a few milliseconds when first asked for.
const FastestWaves& fastest_waves();

/// Names those, so that reports can say which code bitsliced and tiled ran: "512 bits; sampled: 10 levels, 30 words, 2
/// plain; every: 4 levels, 8 words".
std::string fastest_waves_name();

}  // namespace trafficbench::bitslice
