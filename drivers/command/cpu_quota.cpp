#include "drivers/command/cpu_quota.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "drivers/base/standard_output.hpp"
#include "drivers/machine/placement.hpp"

namespace trafficbench {

void say_cpu_quota(Communicator& world) {
  const std::string note = cpu_quota_note(world);
  if (!note.empty()) say(fmt::format("trafficbench: note: {}\n", note));
}

}  // namespace trafficbench
