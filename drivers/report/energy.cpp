#include "drivers/report/energy.hpp"

#include <cstdint>

#include "drivers/base/known.hpp"
#include "drivers/report/ratios.hpp"

namespace trafficbench {

void set_energy(Row& row, const EnergyRun& run) {
  row.energy_source = run.source;
  row.energy_run_seconds = run.seconds;
  row.energy_run_steps = run.steps;
  row.energy_joules = run.joules / static_cast<double>(run.steps) * static_cast<double>(known(row.steps));
  work_out_rate(row);
}

std::optional<EnergyRun> energy_run_of(const Row& row) {
  if (!row.energy_joules || !row.energy_run_steps) return {};
  const double repetitions = static_cast<double>(*row.energy_run_steps) / static_cast<double>(known(row.steps));
  return EnergyRun{known(row.energy_source), *row.energy_joules * repetitions, known(row.energy_run_seconds),
                   *row.energy_run_steps};
}

void take_energy(Row& row, const Row& more) {
  const std::optional<EnergyRun> own = energy_run_of(row);
  const std::optional<EnergyRun> other = energy_run_of(more);
  if (!other) {
    if (row.energy_joules || !more.energy_joules) return;
    row.energy_source = more.energy_source;
    row.energy_joules =
        *more.energy_joules * static_cast<double>(known(row.steps)) / static_cast<double>(known(more.steps));
    return;
  }
  if (!own || other->source < own->source) {
    set_energy(row, *other);
  } else if (own->source == other->source && own->steps <= INT64_MAX - other->steps) {
    set_energy(row,
               {own->source, own->joules + other->joules, own->seconds + other->seconds, own->steps + other->steps});
  }
}

}  // namespace trafficbench
