// The inner loops of the bit-sliced variants: several iterations in registers while words stream
// by.
#pragma once

#include <cstdint>
#include <span>

namespace trafficbench::bitslice {

/// A register wavefront. It keeps two words of each of its levels in registers; a word that is
/// loaded at position v passes through all of them and comes out as the word of position v -
/// levels, `levels` iterations later, where it is stored.
struct Wave {
  int levels = 0;  ///< iterations made
  int group = 0;   ///< it takes a multiple of this many words at a time
  unsigned plain =
      0;  ///< bit i: level i is written in two-operand operations, where there is a choice

  /// Takes `groups` * group words at `words`; stores as many, `levels` words further down. `state`
  /// is what it had in registers after the words before these: 2 * levels words, whatever they hold
  /// at the start of a pass, of which the first 2 * levels words stored are junk then.
  void (*run)(std::uint64_t* words, std::int64_t groups, std::uint64_t* state) = nullptr;
};

/// A wave that counts the cars that move in each of its levels.
struct CountingWave {
  int levels = 0;
  int group = 0;

  /// As above. Adds to moves[i] what moves in level i. `masks` says which lanes count in a word:
  /// level i, counted from 1, takes masks[levels - i + n] for the n-th word of each group; group +
  /// levels - 1 of them.
  void (*run)(std::uint64_t* words, std::int64_t groups, std::uint64_t* state,
              const std::uint64_t* masks, std::int64_t* moves) = nullptr;
};

/// The waves compiled for one instruction set. A word is a register: register_words 64-bit words,
/// aligned to its size.
struct WaveSet {
  int register_words = 0;
  std::span<const Wave> waves;  ///< 1, 2 and 4 levels first, then candidates for the long run
  std::span<const CountingWave> counting;  ///< most levels first, down to 1
};

/// Of the instruction set in use.
const WaveSet& wave_set();

/// The wave of that set which updates most cells a second on this machine, found by a race of a few
/// milliseconds when it is first asked for.
const Wave& fastest_wave(const WaveSet& set);

}  // namespace trafficbench::bitslice
