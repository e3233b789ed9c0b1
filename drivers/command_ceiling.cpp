// trafficbench ceiling
#include <nlohmann/json.hpp>

#include "drivers/ceiling_ranks.hpp"
#include "drivers/ceiling_report.hpp"
#include "drivers/commands.hpp"
#include "drivers/standard_output.hpp"

namespace trafficbench {

Status ceiling(Communicator& world, const CeilingCommandOptions& options) {
  const Ceiling measured = measure_ceiling(world);
  if (world.rank() != 0) return Status::done;
  print_out(options.json ? to_json(measured).dump(1) + "\n" : ceiling_table(measured));
  return Status::done;
}

}  // namespace trafficbench
