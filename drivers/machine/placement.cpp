#include "drivers/machine/placement.hpp"

#include <fmt/format.h>
#include <omp.h>
#include <sched.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "drivers/machine/machine.hpp"

namespace trafficbench {

namespace {

/// This rank's share of the node's cores: all of them with its place among the ranks that see the same ones.
struct Share {
  int ranks = 1;  ///< ranks on this node that may use the same cores
  int place = 0;  ///< of this rank among them
};

Share share_of(Communicator& comm) {
  // Launched unbound, all ranks of a node have one mask; launched bound, each may have its own.
  std::string mine = host_name();
  for (const int cpu : this_machine().allowed_cpus) mine += fmt::format(" {}", cpu);
  const std::vector<std::string> masks = comm.gather(mine);
  std::vector<std::int64_t> shares(2 * static_cast<std::size_t>(comm.size()));
  if (comm.rank() == 0) {
    std::map<std::string, std::int64_t> seen;
    for (std::size_t rank = 0; rank < masks.size(); ++rank) shares[2 * rank + 1] = seen[masks[rank]]++;
    for (std::size_t rank = 0; rank < masks.size(); ++rank) shares[2 * rank] = seen[masks[rank]];
  }
  comm.sum(shares);
  const auto at = 2 * static_cast<std::size_t>(comm.rank());
  return {static_cast<int>(shares[at]), static_cast<int>(shares[at + 1])};
}

void bind_this_thread(int cpu) {
  constexpr int kMostCpus = 8192;
  cpu_set_t* mask = CPU_ALLOC(kMostCpus);
  const std::size_t bytes = CPU_ALLOC_SIZE(kMostCpus);
  CPU_ZERO_S(bytes, mask);
  CPU_SET_S(static_cast<std::size_t>(cpu), bytes, mask);
  // A refusal shows in what observe_workers finds.
  sched_setaffinity(0, bytes, mask);
  CPU_FREE(mask);
}

}  // namespace

int cores_per_rank(Communicator& comm) {
  const Share share = share_of(comm);
  const int cores = static_cast<int>(this_machine().allowed_cpus.size());
  return std::max(1, std::min(cores / std::max(1, share.ranks), omp_get_thread_limit()));
}

std::string bind_workers(Communicator& comm, int threads, bool oversubscribe) {
  const std::vector<int>& cpus = this_machine().allowed_cpus;
  const Share share = share_of(comm);
  std::string problem;
  if (!comm.all(share.ranks * threads <= static_cast<int>(cpus.size()))) {
    problem = fmt::format("{} ranks x {} threads are more than the cores they may use", comm.size(), threads);
    if (!oversubscribe) return problem;
  }
#pragma omp parallel num_threads(threads)
  {
    const int worker = share.place * threads + omp_get_thread_num();
    bind_this_thread(cpus[static_cast<std::size_t>(worker) % cpus.size()]);
  }
  return problem;
}

std::string why_no_threads(Communicator& comm, int threads) {
  // A limit is only one of the reasons: what counts is what a region delivers.
  int given = 1;
  if (threads > 1) {
#pragma omp parallel num_threads(threads)
#pragma omp single
    given = omp_get_num_threads();
  }
  const auto least = static_cast<int>(-comm.max_of(-given));
  if (least >= threads) return {};
  return fmt::format("{} threads are more than OpenMP gives, {}: see OMP_THREAD_LIMIT and OMP_MAX_ACTIVE_LEVELS",
                     threads, least);
}

std::vector<int> own_cpus(int threads) {
  std::vector<int> cpus(static_cast<std::size_t>(threads), -1);
#pragma omp parallel num_threads(threads)
  cpus[static_cast<std::size_t>(omp_get_thread_num())] = sched_getcpu();
  return cpus;
}

std::vector<WorkerPlace> observe_workers(Communicator& comm, int threads) {
  std::string mine = host_name();
  for (const int cpu : own_cpus(threads)) mine += fmt::format(" {} {} {}", cpu, core_of(cpu), numa_region_of(cpu));
  std::vector<WorkerPlace> places;
  int rank = 0;
  for (const std::string& text : comm.gather(mine)) {
    std::istringstream fields(text);
    WorkerPlace place;
    place.rank = rank++;
    fields >> place.host;
    for (; fields >> place.cpu >> place.core >> place.numa; ++place.thread) places.push_back(place);
  }
  return places;
}

bool share_a_core(const std::vector<WorkerPlace>& workers) {
  std::set<std::pair<std::string, int>> taken;
  return std::ranges::any_of(workers, [&](const WorkerPlace& worker) {
    return worker.core >= 0 && !taken.emplace(worker.host, worker.core).second;
  });
}

}  // namespace trafficbench
