// trafficbench ceiling
#include "drivers/base/standard_output.hpp"
#include "drivers/command/commands.hpp"
#include "drivers/command/cpu_quota.hpp"
#include "drivers/measure/ceiling_ranks.hpp"
#include "drivers/measure/ceiling_report.hpp"

namespace trafficbench {

Status ceiling(Communicator& world, const CeilingCommandOptions& options) {
  say_cpu_quota(world);
  const Ceiling measured = measure_ceiling(world);
  const bool interrupted = asked_to_stop(world);
  if (interrupted && world.rank() == 0) say("trafficbench: interrupted\n");
  if (interrupted) return Status::interrupted;
  if (world.rank() != 0) return Status::done;
  print_out(options.json ? ceiling_json(measured) : ceiling_table(measured));
  return Status::done;
}

}  // namespace trafficbench
