// Ranks that are threads of one process: what the drivers do on several ranks, without MPI and
// under every sanitizer.
#pragma once

#include <functional>
#include <memory>

#include "drivers/ranks/communicator.hpp"

namespace trafficbench {

/// Runs task(communicator) on `ranks` ranks at once and returns when all are done. The first
/// exception of the lowest rank that threw is thrown on; ranks must throw all alike, as everywhere
/// in the drivers.
void on_ranks(int ranks, const std::function<void(Communicator&)>& task);

/// The world of a program that no launcher started.
std::unique_ptr<Communicator> world_of_one();

}  // namespace trafficbench
