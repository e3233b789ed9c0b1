#include "drivers/command/sweep_energy.hpp"

#include <fmt/format.h>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/machine/energy_meter.hpp"
#include "drivers/machine/whole_nodes.hpp"

namespace trafficbench {

SweepEnergy::SweepEnergy(Communicator& world, const SweepOptions& options)
    : options_{.seconds = options.energy_seconds, .root = energy_root()} {
  if (!options.energy) return;
  const FoundMeter found = find_energy_meter(options_.root);
  if (world.max_of(found.meter ? 1 : 0) == 0) {
    throw BadInput(
        fmt::format("energy: this system has no meter that can be read: {}", text_of_rank_0(world, found.why_not)));
  }
  const std::string why_not = why_not_whole_nodes(world, options_.root);
  is_measured_ = why_not.empty();
  if (!is_measured_ && world.rank() == 0) {
    say(fmt::format("trafficbench: note: no joules are given, since a meter counts a whole node: {}\n", why_not));
  }
}

double SweepEnergy::seconds_of_run(double round) const {
  return is_measured_ ? seconds_of_energy_run(options_, round) : 0;
}

void SweepEnergy::note(const std::string& why_not) {
  ++points_;
  if (!why_not.empty()) ++without_[why_not];
}

std::string SweepEnergy::without_joules() const {
  std::size_t count = 0;
  std::string reasons;
  for (const auto& [why_not, points] : without_) {
    count += points;
    reasons += (reasons.empty() ? "" : "; ") + why_not;
    if (without_.size() > 1) reasons += fmt::format(" ({})", points);
  }
  if (count == 0) return {};
  return fmt::format("{} of {} points have no joules: {}", count, points_, reasons);
}

}  // namespace trafficbench
