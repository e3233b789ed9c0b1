// What `trafficbench sweep --energy` has beside its visits: which meters its nodes have, and what came of the runs.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "drivers/measure/energy_run.hpp"
#include "drivers/plan/sweep_options.hpp"
#include "drivers/ranks/communicator.hpp"

namespace trafficbench {

class SweepEnergy {
 public:
  /// Collective. Throws BadInput where energy was asked for and no node has a meter that can be read. Says on standard
  /// error if this launch has not its nodes to itself: then there are no runs either.
  SweepEnergy(Communicator& world, const SweepOptions& options);

  /// Whether there are runs; the same on every rank.
  bool is_measured() const { return is_measured_; }

  const EnergyOptions& options() const { return options_; }

  /// As seconds_of_energy_run says; 0 where there are no runs.
  double seconds_of_run(double round) const;

  /// A point has been measured; empty: with joules.
  void note(const std::string& why_not);

  /// One line on how many points have no joules, and why; empty if all have.
  std::string without_joules() const;

 private:
  EnergyOptions options_;
  bool is_measured_ = false;
  std::size_t points_ = 0;
  std::map<std::string, std::size_t> without_;  // points, by what stands against their joules
};

}  // namespace trafficbench
