#include "drivers/command/cpu_quota.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "drivers/machine/placement.hpp"

namespace trafficbench {

void say_cpu_quota(Communicator& world) {
  const std::string note = cpu_quota_note(world);
  if (!note.empty()) fmt::print(stderr, "trafficbench: note: {}\n", note);
}

}  // namespace trafficbench
