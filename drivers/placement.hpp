// Where ranks and threads run: the suite binds its own workers, then looks where they are.
#pragma once

#include <string>
#include <vector>

#include "drivers/communicator.hpp"

namespace trafficbench {

/// One worker, as observed.
struct WorkerPlace {
  int rank = 0;
  int thread = 0;
  std::string host;
  int cpu = -1;  ///< logical CPU number of the operating system
};

/// Cores that one of `ranks_here` ranks on this node may give its threads, when the ranks share the node's cores
/// evenly.
int cores_per_rank(Communicator& comm);

/// Collective. Binds thread t of every rank to a core of its own, neighbours next to each other. If there are too few
/// cores, the result says so, on every rank, and workers share cores if `oversubscribe` is set; else nothing is bound.
std::string bind_workers(Communicator& comm, int threads, bool oversubscribe);

/// Collective. Where every worker runs now; on rank 0, by rank and thread.
std::vector<WorkerPlace> observe_workers(Communicator& comm, int threads);

}  // namespace trafficbench
