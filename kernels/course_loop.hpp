// The course's loop, as a student would write it: one branch for the cell, one for its neighbour; a second road, copied
// back. Two files that are compiled with other options include it, so each has a copy of its own.
#pragma once

#include <cstdint>

namespace trafficbench {

/// Updates cells [first, last) once, from `old_road` into `new_road`; returns the number of cars that moved.
static inline std::int64_t update_road(int* new_road, const int* old_road, std::int64_t first, std::int64_t last) {
  std::int64_t moves = 0;
  for (std::int64_t i = first; i < last; i++) {
    if (old_road[i] == 1) {
      if (old_road[i + 1] == 1) {
        new_road[i] = 1;
      } else {
        new_road[i] = 0;
        moves++;
      }
    } else {
      if (old_road[i - 1] == 1) {
        new_road[i] = 1;
      } else {
        new_road[i] = 0;
      }
    }
  }
  return moves;
}

/// One iteration of cells [first, last), of which those from 0 to `cells` are the segment's own: only their moves
/// count.
static inline std::int64_t iterate(int* new_road, int* old_road, std::int64_t first, std::int64_t cells,
                                   std::int64_t last) {
  update_road(new_road, old_road, first, 0);
  const std::int64_t moved = update_road(new_road, old_road, 0, cells);
  update_road(new_road, old_road, cells, last);
  for (std::int64_t i = first; i < last; i++) {
    old_road[i] = new_road[i];
  }
  return moved;
}

/// The same, compiled for the CPU that the program was built on.
std::int64_t iterate_native(int* new_road, int* old_road, std::int64_t first, std::int64_t cells, std::int64_t last);

/// Whether this CPU has what that one had, as far as the loop may use it.
bool native_runs_here();

}  // namespace trafficbench
