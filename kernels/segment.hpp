// The kernel interface: whoever owns a piece of road (a lane, a thread, a rank) is a Segment.
//
// The model, rule 184, on a road of cells that are empty (0) or hold a car (1):
//
//     new[i] = old[i] ? old[i + 1] : old[i - 1]
//
// A segment that is shown `depth` cells of its neighbours on each side, its halo, can advance `depth` iterations alone,
// because what lies outside reaches one cell further in with every iteration. docs/kernels.md tells the whole story.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "kernels/cell_source.hpp"

namespace trafficbench {

/// Cells of the neighbours that a segment is shown, on each side.
struct HaloWidth {
  std::int64_t left = 0;
  std::int64_t right = 0;
  bool operator==(const HaloWidth&) const = default;
};

/// One iteration's place in the list given to Segment::advance. A car that moves from an own cell counts, wherever it
/// goes; one that comes in from the left neighbour does not.
struct MoveCount {
  bool wanted = true;
  std::int64_t moves = 0;
};

/// Where the threads of a segment were during one advance: seconds, summed over them.
struct ThreadSeconds {
  double compute = 0;  ///< advancing cells
  double edges = 0;    ///< showing each other their edges
};

/// Own cells 0 .. cells() - 1 of a longer road; cell -1 and cell cells() belong to the neighbours.
///
/// Life of a segment: load once (or again, to restart), then set_halo and advance in turn. As a CellSource it gives the
/// own cells as they are now, in the canonical packed form.
class Segment : public CellSource {
 public:
  /// Fills the own cells from cells [first, first + cells()) of `source`, pulled in any order. The halo is used up.
  virtual void load(const CellSource& source, std::int64_t first) = 0;

  /// Shows the cells just outside, packed in road order: `left` is cells -width.left .. -1, `right` is cells cells() ..
  /// cells() + width.right - 1. Neither may be wider than the halo the segment was made for; both may be narrower.
  virtual void set_halo(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right, HaloWidth width) = 0;

  /// Advances k >= 0 iterations. The halo that is left must be at least what the variant's halo_for(k, counted) says;
  /// it shrinks by that. `moves` is empty, or k entries, of which those wanted are set.
  virtual void advance(std::int64_t k, std::span<MoveCount> moves) = 0;

  /// The same, and where its threads were: a segment that has but one was advancing all the time.
  virtual ThreadSeconds timed_advance(std::int64_t k, std::span<MoveCount> moves) {
    const auto start = std::chrono::steady_clock::now();
    advance(k, moves);
    return {.compute = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), .edges = 0};
  }

  /// What is left of the halo.
  virtual HaloWidth halo() const = 0;
};

}  // namespace trafficbench
