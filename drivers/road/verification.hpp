// What a run must end in, from the closed form.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "drivers/ranks/communicator.hpp"
#include "drivers/road/simulation.hpp"
#include "kernels/block.hpp"
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

/// The windows of a road that verify_windows checks on a rank which owns these blocks of it (Simulation::own_blocks):
/// both ends of each block, which neighbours have an effect on, and others at random; all of a block that is short. No
/// more than eight, of 4096 cells each or of a whole shorter block.
std::vector<Block> windows_of(std::span<const Block> own_blocks, std::int64_t iterations, int rank);

/// Verification that scales: cells [a, b) after T iterations depend on the start state of [a - T, b + T) alone, so each
/// rank checks windows of its own cells, whatever the size of the road. Collective; `cars` are those of the start
/// state, `iterations` those made since. Returns what differs: the text on rank 0, some text on every rank; empty if
/// nothing does. What lies outside all windows it does not see: Simulation::cars() sees a car that is lost there, and
/// nothing sees one that is in the wrong place.
std::string verify_windows(Communicator& comm, const Simulation& simulation, const CellSource& start, std::int64_t cars,
                           std::int64_t iterations);

}  // namespace trafficbench
