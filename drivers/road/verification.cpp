#include "drivers/road/verification.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "drivers/road/regions.hpp"
#include "kernels/bits.hpp"
#include "kernels/closed_form.hpp"
#include "kernels/packed_road.hpp"

namespace trafficbench {

namespace {

/// Cuts this rank's block into as many parts as there are threads, and calls task(part, index) for each.
template <typename Task>
void on_parts(Communicator& comm, std::int64_t cells, int threads, const Task& task) {
  const Block block = block_of(cells, comm.size(), comm.rank());
#pragma omp parallel for num_threads(threads) if (threads > 1)
  for (int index = 0; index < threads; ++index) {
    const Block part = block_of(block.cells, threads, index);
    task(Block{block.first + part.first, part.cells}, static_cast<std::size_t>(index));
  }
}

std::int64_t cars_of(const CellSource& start, Block part) {
  constexpr std::int64_t kBlockCells = 1 << 18;
  std::vector<std::uint64_t> words(static_cast<std::size_t>(words_for(kBlockCells)));
  std::int64_t cars = 0;
  for (std::int64_t done = 0; done < part.cells; done += kBlockCells) {
    const std::int64_t step = std::min(kBlockCells, part.cells - done);
    start.read(part.first + done, step, words);
    cars += count_cars(words, step);
  }
  return cars;
}

}  // namespace

Expected expect(Communicator& comm, const CellSource& start, std::int64_t iterations, int threads) {
  const Region region(Region::kVerify);
  const auto parts = static_cast<std::size_t>(threads);
  std::vector<std::int64_t> part_cars(parts);
  on_parts(comm, start.cells(), threads,
           [&](Block part, std::size_t index) { part_cars[index] = cars_of(start, part); });
  Expected expected;
  for (const std::int64_t cars : part_cars) expected.cars += cars;
  expected.cars = comm.sum_of(expected.cars);

  const ClosedForm closed_form(start, expected.cars, iterations);
  std::vector<RoadHash> hashes(parts);
  std::vector<ClosedForm::Moves> moves(parts);
  on_parts(comm, start.cells(), threads, [&](Block part, std::size_t index) {
    moves[index] = closed_form.states(
        part.first, part.cells, [&](std::span<const std::uint64_t> words, std::int64_t first, std::int64_t count) {
          hashes[index].add(words, first, count);
        });
  });
  RoadHash hash;
  std::int64_t sums[2] = {0, 0};
  for (std::size_t index = 0; index < parts; ++index) {
    hash.merge(hashes[index].partial() >> 32, hashes[index].partial() & 0xffffffffu);
    sums[0] += moves[index].total;
    sums[1] += moves[index].last;
  }
  comm.sum(sums);
  expected.hash = sum_over_ranks(comm, hash).finish(start.cells());
  expected.moves = sums[0];
  expected.last_moves = sums[1];
  return expected;
}

std::string verify(Simulation& simulation, const MovesMade& made, CountingMode counting, const Expected& expected) {
  const Region region(Region::kVerify);
  if (const std::uint64_t hash = simulation.hash(); hash != expected.hash) {
    if (const std::int64_t cars = simulation.cars(); cars != expected.cars) {
      return fmt::format("the road ends with {} cars, not {}", cars, expected.cars);
    }
    return fmt::format("the final state's hash is {:016x}, not {:016x}", hash, expected.hash);
  }
  if (counting == CountingMode::every && made.counted != expected.moves) {
    return fmt::format("{} moves were counted in all iterations, not {}", made.counted, expected.moves);
  }
  if (made.last != expected.last_moves) {
    return fmt::format("{} moves were counted in the last iteration, not {}", made.last, expected.last_moves);
  }
  return {};
}

std::vector<Block> windows_of(std::span<const Block> own_blocks, std::int64_t iterations, int rank) {
  constexpr std::size_t kWindows = 8;
  constexpr std::int64_t kWindowCells = 4096;
  // Other places after other iterations, and on other ranks.
  std::mt19937_64 random(static_cast<std::uint64_t>(iterations) * 0x10001 + static_cast<std::uint64_t>(rank));
  std::vector<Block> windows;
  for (const Block& block : own_blocks) {
    if (block.cells <= kWindowCells) {
      windows.push_back(block);
      continue;
    }
    const std::int64_t last = block.cells - kWindowCells;
    windows.push_back({block.first, kWindowCells});
    windows.push_back({block.first + last, kWindowCells});
    std::uniform_int_distribution<std::int64_t> anywhere(0, last);
    for (std::size_t more = 2; more < kWindows / own_blocks.size(); ++more) {
      windows.push_back({block.first + anywhere(random), kWindowCells});
    }
  }
  return windows;
}

std::string verify_windows(Communicator& comm, const Simulation& simulation, const CellSource& start, std::int64_t cars,
                           std::int64_t iterations) {
  const Region region(Region::kVerify);
  const std::vector<Block> own_blocks = simulation.own_blocks(comm.rank());
  const ClosedForm closed_form(start, cars, iterations);
  std::string problem;
  for (const Block& window : windows_of(own_blocks, iterations, comm.rank())) {
    PackedRoad expected(window.cells);
    closed_form.state(window.first, window.cells, expected.words());
    if (PackedRoad(simulation, window.first, window.cells) == expected) continue;
    problem = fmt::format("cells {} to {} differ from the closed form", window.first, window.first + window.cells - 1);
    break;
  }
  std::string first_problem;
  for (const std::string& text : comm.gather(problem)) {
    if (first_problem.empty()) first_problem = text;
  }
  if (comm.all(problem.empty())) return {};
  // The text is rank 0's to print; the others only have to know that there is one.
  return first_problem.empty() ? "differs from the closed form" : first_problem;
}

}  // namespace trafficbench
