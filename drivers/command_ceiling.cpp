// trafficbench ceiling
#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "drivers/ceiling_ranks.hpp"
#include "drivers/ceiling_report.hpp"
#include "drivers/commands.hpp"

namespace trafficbench {

Status ceiling(Communicator& world, const CeilingCommandOptions& options) {
  const Ceiling measured = measure_ceiling(world);
  if (world.rank() != 0) return Status::done;
  if (options.json) {
    std::cout << to_json(measured).dump(1) << '\n' << std::flush;
  } else {
    fmt::print("{}", ceiling_table(measured));
  }
  return Status::done;
}

}  // namespace trafficbench
