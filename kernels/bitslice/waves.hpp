// The inner loops of the bit-sliced variants: several iterations in registers while words stream by.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace trafficbench::bitslice {

/// A register wavefront. It keeps two words of each of its levels in registers. A word that is loaded at position v
/// goes through all levels, one iteration each, and is stored at position v - levels.
struct Wave {
  int levels = 0;  ///< iterations, one a level
  int group = 0;   ///< words that it takes at a time
  int words = 0;   ///< words that go through one level before the next level
  int plain = 0;   ///< how many of these are updated in two-operand operations, where there is a choice

  /// Takes groups * group words from `words` on, and stores as many, each `levels` words lower. `state` holds the 2 *
  /// levels words that the wave had in registers after the words before these. At the start of a pass they may hold
  /// anything; the first 2 * levels words that are stored are then junk.
  void (*run)(std::uint64_t* words, std::int64_t groups, std::uint64_t* state) = nullptr;
};

/// A wave that counts the cars that move in each of its levels.
struct CountingWave {
  int levels = 0;
  int group = 0;

  using Function = void (*)(std::uint64_t* words, std::int64_t groups, std::uint64_t* state, const std::uint64_t* masks,
                            std::int64_t* moves);

  /// As Wave::run. Adds to moves[i] the cars that move in level i, in those lanes that are set in the one word at
  /// `masks`.
  Function run_uniform = nullptr;

  /// The same where the lanes differ from word to word. `masks` are group + levels - 1 words: the n-th word of a group
  /// takes the word levels - i + n of them in level i, with levels from 1 on and words from 0 on.
  Function run_masked = nullptr;
};

/// Waves for registers of one width. A word is a whole register: register_words 64-bit words, aligned to its size.
struct WaveSet {
  int register_words = 0;
  std::span<const Wave> waves;             ///< one of them has a single level
  std::span<const CountingWave> counting;  ///< one of them has a single level
};

/// All sets compiled for the instruction set in use.
std::span<const WaveSet> wave_sets();

/// The waves that a segment uses: of one set, the best of either kind.
struct FastestWaves {
  const WaveSet* set = nullptr;
  const Wave* wave = nullptr;
  const CountingWave* counting = nullptr;
};

/// The waves that update most cells a second on this machine with the instruction set in use. They are found by a race
/// of a few milliseconds at the first call.
const FastestWaves& fastest_waves();

/// From now on these are the fastest for the instruction set in use, without a race. False, and nothing is changed, if
/// it has no waves of that name.
bool choose_waves(std::string_view name);

/// What they are, in one word: "512-10-30-2-4-8", the numbers of text_of() in their order.
std::string name_of(const FastestWaves& waves);

/// What they are, as one line of text: "512 bits; 10 levels, 30 words, 2 plain; counting 4 levels, 8 words". Words are
/// those of a group.
std::string text_of(const FastestWaves& waves);

}  // namespace trafficbench::bitslice
