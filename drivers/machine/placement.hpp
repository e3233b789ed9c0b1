// Where ranks and threads run: the suite binds its own workers, then looks where they are.
#pragma once

#include <string>
#include <vector>

#include "drivers/machine/placement_policy.hpp"
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

/// Collective. Threads that every rank may have under the policy (threads_for_each_rank), and no more than OpenMP may
/// have; the same on every rank.
int threads_per_rank(Communicator& comm, const PlacementPolicy& policy = placement_policies().front());

/// Collective. What CPU quotas keep from the ranks, on rank 0; empty if nothing, and elsewhere. To be said once.
std::string cpu_quota_note(Communicator& comm);

/// Collective. Why the node of a rank may not be what it was seen as, see Machine: of the first such rank, on rank 0;
/// empty if nothing says so, and elsewhere. To be said once.
std::string doubt_of(Communicator& comm);

/// What came of placing the workers. Refusal and shortage are sentences for the user, or empty, the same on every rank.
struct Placing {
  std::string refusal;    ///< why the policy cannot place them: nothing was bound
  std::string shortage;   ///< why workers have to share: there are too few cores, or too little CPU time
  std::vector<int> cpus;  ///< of this rank, a logical CPU a thread; empty if nothing was bound
};

/// Collective. Where bind_workers would have the threads of every rank. Binds nothing.
Placing plan_workers(Communicator& comm, int threads, bool oversubscribe,
                     const PlacementPolicy& policy = placement_policies().front());

/// Collective. Binds the threads of every rank to cores, as the policy says (plan_binding). If there is a shortage,
/// workers share what there is if `oversubscribe` is set; else nothing is bound.
Placing bind_workers(Communicator& comm, int threads, bool oversubscribe,
                     const PlacementPolicy& policy = placement_policies().front());

/// Lets this rank's threads run wherever the process might when it was started.
void unbind_workers(int threads);

/// The same for the calling thread alone, which need not be one of OpenMP's.
void unbind_this_thread();

/// A worker that a Placing has no logical CPU for: it stays unbound.
inline constexpr int kNoCpu = -1;

/// Binds this rank's threads, as a Placing of theirs says. Not collective: the plan is made once.
void bind_own_workers(const std::vector<int>& cpus);

/// Collective. Why the policy has no place for one thread of every rank, on every rank; empty if it has. Binds nothing.
std::string why_no_placement(Communicator& comm, const PlacementPolicy& policy);

/// Collective. Why OpenMP does not give every rank so many threads, on every rank; empty if it does.
std::string why_no_threads(Communicator& comm, int threads);

/// The logical CPUs that this rank's threads run on now.
std::vector<int> own_cpus(int threads);

/// Collective. Where every worker runs now; on rank 0, by rank and thread.
std::vector<WorkerPlace> observe_workers(Communicator& comm, int threads);

/// Whether two workers are on one core; with `siblings`, on one hardware thread of it.
bool share_a_core(const std::vector<WorkerPlace>& workers, bool siblings);

}  // namespace trafficbench
