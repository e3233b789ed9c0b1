// A ring road that a Python program holds: the program's own simulation, on one rank.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "drivers/python/workers.hpp"
#include "drivers/ranks/communicator.hpp"
#include "drivers/road/counting_mode.hpp"
#include "drivers/road/pieces.hpp"
#include "drivers/road/simulation.hpp"
#include "drivers/road/start.hpp"
#include "kernels/cell_source.hpp"

namespace trafficbench::python {

/// All calls throw BadInput for what they are not meant for, Misuse while another thread is in one of them and after a
/// fork, and OutOfMemory.
class Road {
 public:
  /// From a start state as the program's options have it; a road file goes on from its iteration.
  static std::unique_ptr<Road> make(std::int64_t length, const StartOptions& start, const std::string& kernel,
                                    int threads, const Pause& pause);

  /// From a road file of any length.
  static std::unique_ptr<Road> load(const std::string& path, const std::string& kernel, int threads,
                                    const Pause& pause);

  /// From these cells, which are not needed afterwards.
  Road(const std::shared_ptr<const CellSource>& start, bool is_stream, const std::string& kernel, int threads,
       const Pause& pause);

  std::int64_t length() const { return simulation_->cells(); }
  std::int64_t cars() const { return cars_; }
  std::int64_t iteration() const { return iteration_; }
  std::int64_t depth() const { return simulation_->depth(); }
  const Workers& workers() const { return workers_; }

  /// Cars that moved in the last iteration; -1 if none was made here.
  std::int64_t last_moves() const { return last_moves_; }

  /// `each` is empty, or has a place for each of `steps` >= 0 iterations, which takes the cars that moved; else the
  /// last alone is counted. What ends it early leaves a road that is whole, after fewer iterations.
  void advance(std::int64_t steps, std::span<std::int64_t> each, const Pause& pause);

  /// Cells [first, first + count), which must be on the road, packed.
  void read(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out);

  /// The same, a cell a byte: 0 or 1.
  void read_bytes(std::int64_t first, std::int64_t count, std::span<std::uint8_t> out);

  /// Cells [first, first + count) as they are, and after each of `steps` iterations: as many rows of bytes.
  void space_time(std::int64_t steps, std::int64_t first, std::int64_t count, std::span<std::uint8_t> rows,
                  const Pause& pause);

  /// RoadHash, as it stands in road files and rows of reports.
  std::uint64_t hash();

  /// Writes a road file; replaces one only if that is asked for. Throws WorkFailed.
  void save(const std::string& path, bool replace);

 private:
  Turn begin();
  void step(std::int64_t steps, std::span<std::int64_t> each);
  void read_now(std::int64_t first, std::int64_t count, std::span<std::uint64_t> out) const;
  void read_bytes_now(std::int64_t first, std::int64_t count, std::span<std::uint8_t> out) const;

  std::unique_ptr<Communicator> alone_;
  Workers workers_;
  std::unique_ptr<Simulation> simulation_;
  Pieces pieces_;
  std::int64_t cars_ = 0;
  std::int64_t iteration_ = 0;
  std::int64_t last_moves_ = -1;
  std::atomic_flag taken_ = ATOMIC_FLAG_INIT;
};

}  // namespace trafficbench::python
