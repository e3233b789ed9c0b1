// What a run must end in, from the closed form.
#pragma once

#include <cstdint>
#include <string>

#include "drivers/ranks/communicator.hpp"
#include "drivers/road/simulation.hpp"
#include "kernels/cell_source.hpp"

namespace trafficbench {

/// Exact results for a whole road after some iterations.
struct Expected {
  std::uint64_t hash = 0;
  std::int64_t cars = 0;
  std::int64_t moves = 0;       ///< all iterations together
  std::int64_t last_moves = 0;  ///< in the last one
};

/// Collective: each rank works out its block, with `threads` threads. O(cells + iterations) altogether for each rank.
Expected expect(Communicator& comm, const CellSource& start, std::int64_t iterations, int threads);

/// Collective: holds a simulation, which has just advanced and `made` these moves, against what is expected; what
/// differs, or an empty text.
std::string verify(Simulation& simulation, const MovesMade& made, CountingMode counting, const Expected& expected);

/// Verification that scales: cells [a, b) after T iterations depend on the start state of [a - T, b + T) alone, so each
/// rank checks windows of its own block, both edges and others at random, whatever the size of the road. Collective;
/// `cars` are those of the start state, `iterations` those made since. What differs, or an empty text.
std::string verify_windows(Communicator& comm, const Simulation& simulation, const CellSource& start, std::int64_t cars,
                           std::int64_t iterations);

}  // namespace trafficbench
