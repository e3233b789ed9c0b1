// Tells the user what the rates of a launch suffer from.
#pragma once

#include "drivers/ranks/communicator.hpp"

namespace trafficbench {

/// Collective. A line each on standard error from rank 0: if a CPU quota keeps cores from the ranks, if the program was
/// built without optimisation, if a node may not be what it was seen as. For a command to call once, after the last
/// thing for which it may be refused.
void say_notes(Communicator& world);

}  // namespace trafficbench
