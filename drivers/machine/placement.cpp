#include "drivers/machine/placement.hpp"

#include <fmt/format.h>
#include <omp.h>
#include <sched.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <utility>

#include "drivers/machine/binding.hpp"
#include "drivers/machine/control_groups.hpp"
#include "drivers/machine/topology.hpp"

namespace trafficbench {

namespace {

RankCpus own_cpus_and_quotas() {
  static const std::vector<CpuQuota> quotas = read_control_groups().cpu_quotas;
  const Machine& machine = this_machine();
  return {host_name(), machine.allowed_cores, quotas, machine.last_level_cache};
}

std::string to_text(const RankCpus& rank) {
  std::string text = fmt::format("{}\n{}\n", rank.host, rank.last_level_cache);
  for (const Core& core : rank.cores) {
    text += fmt::format("{} {} {} {} ", core.number, core.cache, core.cpus.size(), fmt::join(core.cpus, " "));
  }
  text += '\n';
  for (const CpuQuota& quota : rank.cpu_quotas) text += fmt::format("{} {}\n", quota.cpus, quota.group);
  return text;
}

RankCpus from_text(const std::string& text) {
  RankCpus rank;
  std::istringstream lines(text);
  std::getline(lines, rank.host);
  std::getline(lines, rank.last_level_cache);
  std::string line;
  std::getline(lines, line);
  std::istringstream numbers(line);
  std::size_t cpus = 0;
  for (Core core; numbers >> core.number >> core.cache >> cpus;) {
    core.cpus.resize(cpus);
    for (int& cpu : core.cpus) numbers >> cpu;
    rank.cores.push_back(core);
  }
  while (std::getline(lines, line)) {
    const auto space = line.find(' ');
    rank.cpu_quotas.push_back({line.substr(space + 1), std::stod(line.substr(0, space))});
  }
  return rank;
}

/// Collective. What every rank may use, on rank 0; nothing elsewhere.
std::vector<RankCpus> gather_cpus(Communicator& comm) {
  std::vector<RankCpus> ranks;
  for (const std::string& text : comm.gather(to_text(own_cpus_and_quotas()))) ranks.push_back(from_text(text));
  return ranks;
}

/// Why workers have to share; empty if they have not.
std::string why_shared(Binding::Shortage shortage, int quota_cores, int ranks, int threads, bool siblings) {
  if (shortage == Binding::Shortage::none) return {};
  if (shortage == Binding::Shortage::cores) {
    return fmt::format("{} ranks x {} threads are more than the {} they may use", ranks, threads,
                       siblings ? "hardware threads" : "cores");
  }
  return fmt::format("{} ranks x {} threads are more than a CPU quota allows, {}", ranks, threads, quota_cores);
}

void bind_this_thread(const std::vector<int>& cpus) {
  constexpr int kMaxCpus = 8192;
  cpu_set_t* mask = CPU_ALLOC(kMaxCpus);
  const std::size_t bytes = CPU_ALLOC_SIZE(kMaxCpus);
  CPU_ZERO_S(bytes, mask);
  for (const int cpu : cpus) CPU_SET_S(static_cast<std::size_t>(cpu), bytes, mask);
  // A refusal shows in what observe_workers finds.
  sched_setaffinity(0, bytes, mask);
  CPU_FREE(mask);
}

}  // namespace

int threads_per_rank(Communicator& comm, const PlacementPolicy& policy) {
  const std::vector<RankCpus> ranks = gather_cpus(comm);
  const std::int64_t threads = comm.sum_of(comm.rank() == 0 ? threads_for_each_rank(ranks, policy) : 0);
  const auto most_threads = static_cast<std::int64_t>(comm.min_of(omp_get_thread_limit()));
  return static_cast<int>(std::max<std::int64_t>(1, std::min(threads, most_threads)));
}

std::string cpu_quota_note(Communicator& comm) { return quota_note(gather_cpus(comm)); }

std::string doubt_of(Communicator& comm) {
  const std::vector<std::string> doubts = comm.gather(this_machine().doubt);
  const auto first = std::ranges::find_if(doubts, [](const std::string& doubt) { return !doubt.empty(); });
  return first == doubts.end() ? std::string() : *first;
}

Placing plan_workers(Communicator& comm, int threads, bool oversubscribe, const PlacementPolicy& policy) {
  const std::vector<RankCpus> ranks = gather_cpus(comm);
  // Rank 0 plans; the others add nothing to its numbers.
  Binding binding;
  if (comm.rank() == 0) binding = plan_binding(ranks, threads, oversubscribe, policy);
  std::int64_t told[3] = {static_cast<std::int64_t>(binding.shortage), binding.quota_cores,
                          binding.refusal.empty() ? 0 : 1};
  comm.sum(told);
  if (told[2] != 0) return {.refusal = text_of_rank_0(comm, binding.refusal), .shortage = {}, .cpus = {}};
  Placing placing;
  placing.shortage = why_shared(static_cast<Binding::Shortage>(told[0]), static_cast<int>(told[1]), comm.size(),
                                threads, policy.siblings);
  if (!placing.shortage.empty() && !oversubscribe) return placing;

  const auto workers = static_cast<std::size_t>(threads);
  std::vector<std::int64_t> cpus(static_cast<std::size_t>(comm.size()) * workers);
  for (std::size_t rank = 0; rank < binding.cpus.size(); ++rank) {
    const std::vector<int>& planned = binding.cpus[rank];
    for (std::size_t thread = 0; thread < workers; ++thread) {
      cpus[rank * workers + thread] = planned.empty() ? kNoCpu : planned[thread];
    }
  }
  comm.sum(cpus);
  const std::size_t own = static_cast<std::size_t>(comm.rank()) * workers;
  for (std::size_t thread = 0; thread < workers; ++thread) placing.cpus.push_back(static_cast<int>(cpus[own + thread]));
  return placing;
}

Placing bind_workers(Communicator& comm, int threads, bool oversubscribe, const PlacementPolicy& policy) {
  Placing placing = plan_workers(comm, threads, oversubscribe, policy);
  bind_own_workers(placing.cpus);
  return placing;
}

void bind_own_workers(const std::vector<int>& cpus) {
  if (cpus.empty()) return;
#pragma omp parallel num_threads(static_cast <int>(cpus.size()))
  {
    const int cpu = cpus[static_cast<std::size_t>(omp_get_thread_num())];
    if (cpu != kNoCpu) bind_this_thread({cpu});
  }
}

void unbind_workers(int threads) {
#pragma omp parallel num_threads(threads)
  unbind_this_thread();
}

void unbind_this_thread() { bind_this_thread(affinity_mask()); }

std::string why_no_placement(Communicator& comm, const PlacementPolicy& policy) {
  const std::vector<RankCpus> ranks = gather_cpus(comm);
  return text_of_rank_0(comm, comm.rank() == 0 ? plan_binding(ranks, 1, true, policy).refusal : std::string());
}

std::string why_no_threads(Communicator& comm, int threads) {
  // A limit is only one of the reasons: what counts is what a region delivers.
  int given = 1;
  if (threads > 1) {
#pragma omp parallel num_threads(threads)
#pragma omp single
    given = omp_get_num_threads();
  }
  const auto least = static_cast<int>(comm.min_of(given));
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

bool share_a_core(const std::vector<WorkerPlace>& workers, bool siblings) {
  std::set<std::pair<std::string, int>> taken;
  return std::ranges::any_of(workers, [&](const WorkerPlace& worker) {
    const int place = siblings ? worker.cpu : worker.core;
    return place >= 0 && !taken.emplace(worker.host, place).second;
  });
}

}  // namespace trafficbench
