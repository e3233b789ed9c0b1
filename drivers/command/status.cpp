#include <fmt/format.h>

#include "drivers/base/interrupt.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/command/commands.hpp"
#include "drivers/report/ratios.hpp"

namespace trafficbench {

Status status_of(const std::vector<Row>& rows) {
  if (all_verified(rows)) return Status::done;
  say("trafficbench: rows failed their verification; they are marked in the report\n");
  return Status::check_failed;
}

bool say_if_interrupted(const char* program) {
  if (interrupted()) print_error(program, "interrupted: nothing was written");
  return interrupted();
}

}  // namespace trafficbench
