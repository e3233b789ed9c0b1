// Tells the user of a CPU quota.
#pragma once

#include "drivers/ranks/communicator.hpp"

namespace trafficbench {

/// Collective. One line on standard error from rank 0 if a CPU quota keeps cores from the ranks. For a command to call
/// once, after the last thing for which it may be refused.
void say_cpu_quota(Communicator& world);

}  // namespace trafficbench
