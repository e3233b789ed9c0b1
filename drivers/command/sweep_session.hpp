// A sweep under way: which visits are missing, and how they are made.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "drivers/command/progress.hpp"
#include "drivers/command/sweep_energy.hpp"
#include "drivers/command/sweep_network.hpp"
#include "drivers/measure/ceiling.hpp"
#include "drivers/measure/disturbance.hpp"
#include "drivers/plan/groups.hpp"
#include "drivers/plan/sweep_options.hpp"
#include "drivers/plan/time_budget.hpp"
#include "drivers/plan/visit_plan.hpp"
#include "drivers/ranks/communicator.hpp"
#include "drivers/ranks/rank_groups.hpp"
#include "drivers/report/journal.hpp"
#include "drivers/report/point.hpp"

namespace trafficbench {

/// Seconds that the ceiling takes, roughly.
inline constexpr double kCeilingSeconds = 5;

class SweepSession {
 public:
  /// Collective. `ranks` are those of all points, `feasibility`, `network` and `energy` are theirs. `wave` is the one
  /// in use. `journal` is rank 0's; `run` the number of this launch in it; `began` when it began, by wall_seconds().
  SweepSession(Communicator& world, const SweepOptions& options, std::vector<Point> points, const RankGroups& ranks,
               Feasibility feasibility, SweepNetwork& network, SweepEnergy& energy, Journal* journal, std::size_t run,
               std::string wave, double began);

  enum class End {
    done,
    interrupted,  ///< by a signal, or because the time was up
    no_time       ///< for any of the missing visits
  };

  /// Makes the visits that are missing, then the energy runs. Throws BadInput where the budget does not hold six visits
  /// of any point.
  End measure();

  /// The rows of all visits, with their limits; on rank 0, after measure().
  std::vector<Row> rows() const;

 private:
  /// Whether a point has fewer visits than the plan has because the time was up; of a road that goes on, that ends the
  /// sweep all the same. On rank 0.
  bool is_cut_short(const Row& row) const;

  struct Stay {
    PlannedGroup planned;
    GroupCost cost;
    int rounds = 1;           // of each visit
    int visits = 0;           // made, those of earlier launches included
    double last = -1e300;     // when the last one began
    double seconds = 0;       // that it took; 0: none was made in this launch
    bool is_measured = true;  // there is somebody left in it
  };

  bool leads() const { return world_.rank() == 0; }
  void skip(const Point& point, const std::string& reason);
  void skip_infeasible();
  void bound_start_states();
  void take_up();
  bool try_out_all();
  void fix_plan(std::vector<PointCost>& costs, const std::vector<std::pair<std::size_t, std::size_t>>& places);
  End make_visits();
  End measure_energy();
  void add_energy(const Point& point, const EnergyOutcome& outcome);
  bool lacks_energy(const Point& point) const;
  double seconds_of_energy() const;
  double seconds_of_energy_run(const Stay& stay) const;
  End wait_for(const Stay& stay);
  WorkEnd visit(Stay& stay, double guess, const Deadline& deadline);
  void add_visit(const Stay& stay, const std::vector<Measurement>& results, const std::string& title,
                 const std::vector<NodeDisturbance>& nodes);
  static std::string name_of(const Stay& stay);
  double seconds_of_visit(const Stay& stay) const;
  bool is_missing(const Stay& stay) const { return stay.is_measured && stay.visits < plan_.visits; }
  double seconds_of_missing() const;
  void measure_limits(int samples);
  void add_limit_to(Row& row, const Point& point) const;

  Communicator& world_;
  const SweepOptions& options_;
  std::vector<Point> points_;
  const RankGroups& ranks_;
  MeasuringOptions measuring_;
  VisitPlan plan_;
  StopReason stopped_ = StopReason::fixed;
  Journal* journal_;  // on rank 0
  std::size_t run_;
  SweepNetwork& network_;
  SweepEnergy& energy_;
  Ceiling ceiling_;
  bool has_ceiling_ = false;
  double limits_seconds_ = kCeilingSeconds;  // that the ceiling takes once
  double memory_;                            // bytes that were available on the node that has least
  std::int64_t road_bytes_;                  // of a core, at most: no limit beyond what holds them
  std::string wave_;
  double began_;
  TimeBudget time_;
  Feasibility feasibility_;
  SharedStates shared_;
  std::vector<Stay> stays_;
  std::unique_ptr<Progress> progress_;  // on rank 0
  bool has_added_ = false;              // a visit or an energy run, in this launch
};

}  // namespace trafficbench
