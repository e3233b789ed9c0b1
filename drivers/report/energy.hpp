// Energy of a row: what a run that was measured for it alone says of one repetition.
#pragma once

#include <cstdint>
#include <optional>

#include "drivers/machine/energy_source.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

/// A run whose energy was read: all of it, on all nodes together.
struct EnergyRun {
  EnergySource source = EnergySource::pm_counters;
  double joules = 0;
  double seconds = 0;      ///< timed, of the slowest rank
  std::int64_t steps = 0;  ///< iterations, all restarts together
};

/// Gives the row the joules of one repetition, and what follows from them.
void set_energy(Row& row, const EnergyRun& run);

/// The run that a row's joules come from; nothing where it has none, or does not tell.
std::optional<EnergyRun> energy_run_of(const Row& row);

/// What a row of the same point adds. Two runs of one kind of meter count as one: the joules of both over the
/// iterations of both, so that it does not matter in which order rows are put together. Of two kinds that of the whole
/// node stays, and joules of which nobody says what run they are from give way.
void take_energy(Row& row, const Row& more);

}  // namespace trafficbench
