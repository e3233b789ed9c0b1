// Where ranks and threads run: the suite binds its own workers, then looks where they are.
#pragma once

#include <string>
#include <vector>

#include "drivers/ranks/communicator.hpp"

namespace trafficbench {

/// One worker, as observed.
struct WorkerPlace {
  int rank = 0;
  int thread = 0;
  std::string host;
  int cpu = -1;   ///< logical CPU number of the operating system
  int core = -1;  ///< its core, by the number of the core's first logical CPU
  int numa = -1;  ///< NUMA region; -1 if unknown
};

/// Collective. Threads that every rank may have with a core for each (cores_for_each_rank), and no more than OpenMP may
/// have; the same on every rank.
int cores_per_rank(Communicator& comm);

/// Collective. What CPU quotas keep from the ranks, on rank 0; empty if nothing, and elsewhere. To be said once.
std::string cpu_quota_note(Communicator& comm);

/// Collective. Binds thread t of every rank to a core of its own, neighbours next to each other (plan_binding). If
/// there are too few cores or too little CPU time, the result says so, on every rank; workers then share what there is
/// if `oversubscribe` is set, else nothing is bound.
std::string bind_workers(Communicator& comm, int threads, bool oversubscribe);

/// Collective. Why OpenMP does not give every rank so many threads, on every rank; empty if it does.
std::string why_no_threads(Communicator& comm, int threads);

/// The logical CPUs that this rank's threads run on now.
std::vector<int> own_cpus(int threads);

/// Collective. Where every worker runs now; on rank 0, by rank and thread.
std::vector<WorkerPlace> observe_workers(Communicator& comm, int threads);

/// Whether two workers are on one core.
bool share_a_core(const std::vector<WorkerPlace>& workers);

}  // namespace trafficbench
