// The energy of a point: a run of its own, after its visits, beside which the meters of its nodes are followed.
#pragma once

#include <filesystem>
#include <string>

#include "drivers/measure/point_timer.hpp"
#include "drivers/measure/visit.hpp"
#include "drivers/ranks/communicator.hpp"
#include "drivers/ranks/rank_groups.hpp"
#include "drivers/report/energy.hpp"

namespace trafficbench {

struct EnergyOptions {
  double seconds = 5;          ///< that a run lasts, at least
  std::filesystem::path root;  ///< where meters are looked for
};

/// What came of an energy run; on rank 0.
struct EnergyOutcome {
  EnergyRun run;
  std::string why_not;  ///< why there are no joules, in words for one line; empty if there are
  std::string problem;  ///< what the verification found wrong; empty if nothing
};

/// Seconds that the energy run of a point takes, where its preparation and one repetition, with all that belongs to
/// them, take so many: the last repetition goes beyond the time that is asked for.
double seconds_of_energy_run(const EnergyOptions& options, double round);

/// Collective over the world: makes the run of a member whose length is fixed, and verifies it.
WorkEnd make_energy_run(Communicator& world, const RankGroups& ranks, const Group::Member& member,
                        const MeasuringOptions& measuring, SharedStates& shared, const EnergyOptions& options,
                        const Deadline& deadline, EnergyOutcome& outcome);

/// What a node was busy with in the course of a run.
struct NodeAtWork {
  std::string host;
  double busy = 0;     ///< seconds of all its CPUs together
  double own = 0;      ///< of these, of this program
  double seconds = 0;  ///< how long that was watched
  int cpus = 0;
};

/// Why a node's joules are not this program's own, in words for one line: others were busy there. Empty if they were
/// not.
std::string why_not_alone(const NodeAtWork& node);

}  // namespace trafficbench
