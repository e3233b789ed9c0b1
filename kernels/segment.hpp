// The kernel interface: whoever owns a part of the road (a lane, a thread, a rank) is a Segment.
//
// The model, rule 184, on a road of cells that are empty (0) or hold a car (1):
//
//     new[i] = old[i] ? old[i + 1] : old[i - 1]
//
// A segment whose halo holds `depth` cells of the neighbours on each side can advance `depth` iterations alone, because
// what lies beyond the halo reaches one cell further in with every iteration. docs/kernels.md tells the whole story.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "kernels/cell_source.hpp"

namespace trafficbench {

/// Cells of the halo on each side of a segment.
struct HaloWidth {
  std::int64_t left = 0;
  std::int64_t right = 0;
  bool operator==(const HaloWidth&) const = default;
};

/// The count of one iteration in Segment::advance: the cars that moved from own cells. A car that leaves the segment
/// counts; one that comes in from the left neighbour does not. In the counting mode `every`, a caller wants the count
/// of every iteration; in `sampled`, that of the last one alone.
struct MoveCount {
  bool wanted = true;      ///< asked for: else `moves` stays as it is
  std::int64_t moves = 0;  ///< set by advance where wanted
};

/// What the threads of a segment did during one advance: seconds, summed over them.
struct ThreadSeconds {
  double compute = 0;  ///< advancing cells
  double edges = 0;    ///< copying each other's edges
};

/// Own cells 0 .. cells() - 1 of a longer road; cell -1 and cell cells() belong to the neighbours.
///
/// Life of a segment: load once (or again, to restart), then set_halo and advance in turn. It is a CellSource: read
/// gives the own cells as they are now, in the canonical packed form.
class Segment : public CellSource {
 public:
  /// Loads the own cells from cells [first, first + cells()) of `source`, which it reads in any order. No halo is left.
  virtual void load(const CellSource& source, std::int64_t first) = 0;

  /// Sets the cells just outside, packed in road order: `left` is cells -width.left .. -1, `right` is cells cells() ..
  /// cells() + width.right - 1. Neither may be wider than the halo that the segment was made for; both may be narrower.
  virtual void set_halo(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right, HaloWidth width) = 0;

  /// Advances k >= 0 iterations, which use up k cells of the halo on each side: at least so many must be left. `moves`
  /// is empty, or has k entries, of which those wanted are set.
  virtual void advance(std::int64_t k, std::span<MoveCount> moves) = 0;

  /// The same, and what its threads did meanwhile: a segment of one thread advanced cells all the time.
  virtual ThreadSeconds timed_advance(std::int64_t k, std::span<MoveCount> moves) {
    const auto start = std::chrono::steady_clock::now();
    advance(k, moves);
    return {.compute = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), .edges = 0};
  }

  /// What is left of the halo: its narrower side says how many iterations are left.
  virtual HaloWidth halo() const = 0;
};

}  // namespace trafficbench
