#include "drivers/python/road.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/files.hpp"
#include "drivers/base/new_file.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/wall_clock.hpp"
#include "drivers/io/road_file.hpp"
#include "drivers/plan/feasibility.hpp"
#include "drivers/python/cells.hpp"
#include "drivers/python/watched_source.hpp"
#include "drivers/report/point.hpp"
#include "kernels/bits.hpp"
#include "kernels/packed_road.hpp"

namespace trafficbench::python {

namespace {

/// A closed-form kernel jumps over so many iterations at most: the halo of a jump is as wide.
constexpr std::int64_t kLongestJump = std::int64_t{1} << 24;

Point point_of(const Workers& workers, std::int64_t length, bool is_stream) {
  Point point;
  point.variant = workers.variant;
  point.road_cells = length;
  point.threads = workers.threads;
  point.steps = workers.variant->kernel_class == KernelClass::update ? 0 : kLongestJump;
  point.start.init = is_stream ? "uni" : "philox";  // a stream is held while it is loaded
  return point;
}

std::unique_ptr<Simulation> simulation_of(Communicator& alone, const Workers& workers, std::int64_t length,
                                          bool is_stream) {
  const Point point = point_of(workers, length, is_stream);
  if (const std::string reason = why_no_memory(alone, point); !reason.empty()) throw OutOfMemory(reason);
  try {
    return std::make_unique<Simulation>(alone, setup_of(point));
  } catch (const std::bad_alloc&) {
    throw OutOfMemory(fmt::format("a road of {} cells does not fit into the memory of this machine", length));
  }
}

}  // namespace

std::unique_ptr<Road> Road::make(std::int64_t length, const StartOptions& start, const std::string& kernel, int threads,
                                 const Pause& pause) {
  check_start(start);
  if (start.is_file()) {
    check_count(length, "length", 1, kMaxCells);
    auto road = load(start.path(), kernel, threads, pause);
    if (road->length() == length) return road;
    throw BadInput(fmt::format("{} holds a road of {} cells, not {}", start.path(), road->length(), length));
  }
  check_count(length, "length", 1, kMaxCells);
  return std::make_unique<Road>(make_start(start, length), trafficbench::is_stream(start), kernel, threads, pause);
}

std::unique_ptr<Road> Road::load(const std::string& path, const std::string& kernel, int threads, const Pause& pause) {
  const auto file = std::make_shared<RoadFile>(path);
  file->check_cells();
  auto road = std::make_unique<Road>(file, false, kernel, threads, pause);
  road->iteration_ = file->header().iteration;
  return road;
}

Road::Road(const std::shared_ptr<const CellSource>& start, bool is_stream, const std::string& kernel, int threads,
           const Pause& pause)
    : alone_(make_lone_rank()),
      workers_(find_workers(*alone_, kernel, threads)),
      simulation_(simulation_of(*alone_, workers_, start->cells(), is_stream)),
      pieces_(*workers_.variant, start->cells(), workers_.threads, kPieceSeconds) {
  const auto watched = std::make_shared<const WatchedSource>(start, pause);
  if (is_stream) {
    const HeldStart held(watched, {0, start->cells()}, 1);
    watched->end();
    simulation_->load(held);
  } else {
    simulation_->load(*watched);
  }
  watched->end();
  cars_ = simulation_->cars();
}

Turn Road::begin() {
  check_workers(workers_);
  return {taken_, "Road"};
}

void Road::step(std::int64_t steps, std::span<std::int64_t> each) {
  simulation_->set_counting(each.empty() ? CountingMode::sampled : CountingMode::every);
  last_moves_ = simulation_->advance(steps, each).last;
  iteration_ += steps;
}

void Road::advance(std::int64_t steps, std::span<std::int64_t> each, const Pause& pause) {
  const Turn turn = begin();
  check_count(steps, "steps", 0, kMaxIterations - iteration_);
  for (std::int64_t made = 0; made < steps;) {
    if (made > 0) pause();
    const std::int64_t piece = std::min(pieces_.iterations(), steps - made);
    const auto counts =
        each.empty() ? each : each.subspan(static_cast<std::size_t>(made), static_cast<std::size_t>(piece));
    if (piece == steps) return step(steps, counts);
    const double began = wall_seconds();
    step(piece, counts);
    pieces_.learn(piece, wall_seconds() - began);
    made += piece;
  }
}

void Road::read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) {
  const Turn turn = begin();
  read_now(first, count, out);
}

void Road::read_now(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const {
  // A closed-form road may have turned, and then holds its end before its beginning.
  std::ranges::fill(out, 0);
  std::vector<std::uint64_t> part;
  for (const Block& block : simulation_->own_blocks(0)) {
    const std::int64_t begin = std::max(first, block.first);
    const std::int64_t cells = std::min(first + count, block.first + block.cells) - begin;
    if (cells <= 0) continue;
    if (cells == count) return simulation_->read(begin, cells, out);
    part.resize(static_cast<std::size_t>(words_for(cells)));
    simulation_->read(begin, cells, part);
    copy_cells(part, 0, out, begin - first, cells);
  }
}

void Road::read_bytes(std::int64_t first, std::int64_t count, std::span<std::uint8_t> out) {
  const Turn turn = begin();
  read_bytes_now(first, count, out);
}

void Road::read_bytes_now(std::int64_t first, std::int64_t count, std::span<std::uint8_t> out) const {
  std::vector<std::uint64_t> words(static_cast<std::size_t>(words_for(count)));
  read_now(first, count, words);
  unpack(words, out);
}

void Road::space_time(std::int64_t steps, std::int64_t first, std::int64_t count, std::span<std::uint8_t> rows,
                      const Pause& pause) {
  const Turn turn = begin();
  check_count(steps, "steps", 0, kMaxIterations - iteration_);
  const auto row = [&](std::int64_t at) {
    read_bytes_now(first, count, rows.subspan(static_cast<std::size_t>(at * count), static_cast<std::size_t>(count)));
  };
  row(0);
  double looked_up = wall_seconds();
  for (std::int64_t made = 0; made < steps; ++made) {
    step(1, {});
    row(made + 1);
    if (wall_seconds() - looked_up < kPieceSeconds) continue;
    pause();
    looked_up = wall_seconds();
  }
}

std::uint64_t Road::hash() {
  const Turn turn = begin();
  return simulation_->hash();
}

void Road::save(const std::string& path, bool replace) {
  const Turn turn = begin();
  if (plain_file_at(path) && !replace) {
    throw BadInput(fmt::format("{} already exists: name another file, or save with replace=True", path));
  }
  NewFile file(path, replace);
  const IoMethod& method = *std::ranges::find(road_file_methods(), "posix", &IoMethod::name);
  save_road(
      *alone_, method, {length(), iteration_, simulation_->hash()}, *simulation_,
      [this](int rank) { return simulation_->own_blocks(rank); }, &file);
}

}  // namespace trafficbench::python
