// One point during one visit: repetitions, each from the start state, timed on every rank and verified.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "drivers/measure/measurement.hpp"
#include "drivers/ranks/communicator.hpp"
#include "drivers/report/point.hpp"
#include "drivers/road/simulation.hpp"
#include "drivers/road/start.hpp"
#include "drivers/road/verification.hpp"

namespace trafficbench {

/// How final states are verified.
enum class Verification {
  automatic,  ///< full as far as that takes seconds, windows beyond
  full,
  windows
};

/// How every point of a sweep is measured.
struct MeasuringOptions {
  double min_seconds = 0.05;  ///< of one repetition
  Verification verification = Verification::automatic;
  bool oversubscribe = false;
};

/// What the visits of a sweep share, so that it is made once: start states, and what a road must end in, which does not
/// depend on how it is split. For one StartOptions.
struct SharedStates {
  HeldStarts starts;
  std::vector<std::shared_ptr<const HeldStart>> kept;                  ///< from one visit to the next
  std::map<std::pair<std::int64_t, std::int64_t>, Expected> expected;  ///< by cells and iterations
};

/// What a point keeps in memory between its repetitions.
struct Retained {
  bool road = true;   ///< the road's memory; else it is given back after each, for others to use
  bool start = true;  ///< the start state, from which each repetition begins; else the road goes on, and is always kept
};

/// All calls are collective over the ranks of the point, which must be feasible (why_not). Results are complete on rank
/// 0, and agree on all ranks as far as `problem` goes.
class PointTimer {
 public:
  /// `shared` outlives all who share it.
  PointTimer(Communicator& comm, Point point, const MeasuringOptions& options, Retained retained, SharedStates& shared);

  /// Makes the road in memory of its own and puts it into its start state. False if there was no memory, which
  /// `problem` then says, or no start state, see start_fault().
  bool prepare();

  /// How long a repetition must be to last long enough, and what it costs: after prepare(), instead of repetitions.
  struct Trial {
    RepetitionLength length;
    double timed = 0;  ///< seconds of one repetition inside the timer
    double whole = 0;  ///< and with all that belongs to it
  };
  Trial try_out();

  /// Fixes the repetitions that come, works out what these must end in, and forgets those that were.
  void set_length(const RepetitionLength& length);

  /// Some iterations that nobody times.
  void warm_up();

  /// One repetition, and its verification.
  void repeat();

  /// One uninterrupted run, instead of repetitions: of `length`, again and again, until it has lasted that long.
  struct LongRun {
    double began = 0;  ///< by wall_seconds() of this rank
    double ended = 0;
    double seconds = 0;         ///< in the timers, of the slowest rank
    std::int64_t steps = 0;     ///< iterations
    bool is_cut_short = false;  ///< by a signal, or because `deadline`, by rank 0's clock, came first
    MovesMade moves;            ///< since the start state that the road stands behind
  };
  LongRun run_for(double seconds, double deadline);

  /// Holds what the run ended in against what it must have ended in: `problem` says what differs.
  void verify_run(const LongRun& run);

  /// A length at which no repetition would have been shorter than it must be: the present one, if none was.
  RepetitionLength long_enough() const;

  /// What came of it. No repetition may follow.
  Measurement finish();

  /// Seconds of prepare() that went into a start state which others may share.
  double start_seconds() const { return start_seconds_; }

  const Measurement& so_far() const { return result_; }

  /// Why the start state could not be read, on this rank; empty if it could. What was measured then is worth nothing.
  std::string start_fault() const { return start_ ? start_->fault() : start_fault_; }

 private:
  const CellSource& source() const { return held_ ? static_cast<const CellSource&>(*held_) : *start_; }
  bool has_fixed_steps() const;
  void make_road();
  void give_back_road();
  bool too_short() const;
  std::int64_t whole_trips(double steps) const;
  void record(double own_seconds, double own_cpu_seconds, const PhaseTimes& phases);
  void watch_placement();
  void check_cars();

  Communicator& comm_;
  Point point_;
  MeasuringOptions options_;
  Retained retained_;
  SharedStates& shared_;
  std::shared_ptr<const CellSource> start_;
  std::string start_fault_;  // why there is no start_
  std::shared_ptr<const HeldStart> held_;
  std::unique_ptr<Simulation> simulation_;
  Expected expected_;
  Measurement result_;
  double start_seconds_ = 0;
  std::int64_t iterations_ = 0;  // since the start state
  std::vector<int> bound_to_;    // CPUs of this rank's threads, which other points bind elsewhere in between
  std::vector<int> cpus_;        // where this rank's threads were first seen
  bool moved_ = false;           // or were seen elsewhere later
  Shares core_seconds_;          // of all repetitions; of the time of all cores, s
  double all_core_seconds_ = 0;
};

}  // namespace trafficbench
