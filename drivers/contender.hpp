// One point while it is measured: repetitions, each from the start state, timed on every rank and verified.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "drivers/communicator.hpp"
#include "drivers/measurement.hpp"
#include "drivers/point.hpp"
#include "drivers/simulation.hpp"
#include "drivers/verification.hpp"

namespace trafficbench {

/// How final states are verified.
enum class Verification {
  automatic,  ///< full as far as that takes seconds, windows beyond
  full,
  windows
};

/// How every point of a sweep is measured.
struct MeasuringOptions {
  double least_seconds = 0.05;  ///< of one repetition; fixes the iterations where the point leaves them open
  Verification verification = Verification::automatic;
  bool oversubscribe = false;
};

/// All calls are collective over the ranks of the point, which must be feasible (why_not). Results are complete on rank
/// 0, and agree on all ranks as far as `problem` goes.
class Contender {
 public:
  /// `keeps_road`: between repetitions, too; else its memory is given back after each, for others to use. A road that
  /// cannot be restarted is always kept. `starts` is shared by the points that are measured together, and outlives
  /// them.
  Contender(Communicator& comm, Point point, const MeasuringOptions& options, bool keeps_road, HeldStarts& starts);

  /// Makes the road, chooses the iterations of a repetition, and works out what it must end in. False if there was no
  /// memory, which `problem` then says.
  bool prepare();

  /// One repetition, and its verification.
  void repeat(int round);

  /// Whether a repetition was shorter than it must be.
  bool too_short() const;

  /// Forgets all repetitions; those that come are longer if one was too short.
  void start_over();

  /// What came of it. No repetition may follow.
  Measurement finish();

  const Measurement& so_far() const { return result_; }

 private:
  const CellSource& source() const { return held_ ? static_cast<const CellSource&>(*held_) : *start_; }
  void make_road();
  void give_back_road();
  void choose_steps();
  void record(int round, double own_seconds, double own_cpu_seconds);
  void watch_placement();
  void check_cars();

  Communicator& comm_;
  Point point_;
  MeasuringOptions options_;
  bool keeps_road_;
  HeldStarts& starts_;
  std::shared_ptr<const CellSource> start_;
  std::shared_ptr<const HeldStart> held_;
  std::unique_ptr<Simulation> simulation_;
  Expected expected_;
  Measurement result_;
  std::int64_t iterations_ = 0;  // since the start state
  std::vector<double> clocks_;   // Hz, one a repetition
  std::vector<int> cpus_;        // where this rank's threads were first seen
  bool moved_ = false;           // or were seen elsewhere later
  Shares core_seconds_;          // of all repetitions; of the time of all cores, s
  double all_core_seconds_ = 0;
};

}  // namespace trafficbench
