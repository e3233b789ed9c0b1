// The inner loops of `paired`: several iterations in registers, with pairs of neighbour cells in place of cells.
//
// Let s = o & o+ and u = o | o+ for a cell o and the next one, o+. Rule 184 is then s' = s+ & u- and u' = s+ | u-: a
// minimum and a maximum, two operations a cell. In the frame that moves one cell to the left an iteration, s stands
// still and u moves on by two places; so a place only ever meets places two, four, .. before it. docs/model.md says
// why.
//
// A block of road is worked on in this form. Two neighbour places, an even and an odd one, make a position, four words:
//
//     s of the even place, u of the even place, s of the odd place, u of the odd place
//
// What a wave of T levels keeps between positions are the u of the last position, at each of its levels, T for the even
// places and T for the odd ones. That is its state.
#pragma once

#include <cstdint>
#include <span>

namespace trafficbench::bitslice {

/// Words of a position.
inline constexpr std::int64_t kPositionWords = 4;
/// Words that a counting wave keeps for each level.
inline constexpr std::int64_t kSumWords = 6;

/// Takes `positions` positions at `pairs` through `levels` iterations, in place. `state`, 2 * levels words, is what the
/// wave kept after the positions before these. Where it holds anything else, the first `levels` positions become junk.
struct PairWave {
  int levels = 0;
  void (*run)(std::uint64_t* pairs, std::int64_t positions, std::uint64_t* state) = nullptr;
};

/// The same, and counts the cells that change in each level and lie at odd places: as many as the cars that leave a
/// cell at either place. In the lanes that are set in the word at `mask`.
struct PairCountingWave {
  int levels = 0;
  /// `sums` are kSumWords words a level, empty at first.
  void (*run)(std::uint64_t* pairs, std::int64_t positions, std::uint64_t* state, const std::uint64_t* mask,
              std::uint64_t* sums) = nullptr;
  /// Adds to moves[i] what was counted in level i since `sums` were empty, all with that mask; they are then empty
  /// again.
  void (*finish)(std::uint64_t* sums, const std::uint64_t* mask, std::int64_t* moves) = nullptr;
};

/// Waves for registers of one width. A word is a whole register: register_words 64-bit words, aligned to its size.
struct PairSet {
  int register_words = 0;
  /// By their levels, from 1 on.
  std::span<const PairWave> waves;
  /// Likewise; there is a wave of as many levels for each.
  std::span<const PairCountingWave> counting;

  /// Pairs of the cells at words 0 to 2 * positions inclusive: the last place makes one with the word after it.
  void (*to_pairs)(const std::uint64_t* cells, std::uint64_t* pairs, std::int64_t positions) = nullptr;

  /// Back to cells, 2 * positions words. The word at `first` are the cells of the first of them, which pairs alone do
  /// not tell; it becomes those after the last.
  void (*to_cells)(const std::uint64_t* pairs, std::int64_t positions, std::uint64_t* first,
                   std::uint64_t* cells) = nullptr;

  /// Takes a single position through `levels` levels as a wave does. The word at `first` are the cells of the next even
  /// place at the start; it becomes those after these levels, one cell further to the left each time.
  void (*follow)(std::uint64_t* pairs, std::int64_t levels, std::uint64_t* state, std::uint64_t* first) = nullptr;
};

/// Those of the instruction set in use, for its widest registers.
const PairSet& pair_set();

}  // namespace trafficbench::bitslice
