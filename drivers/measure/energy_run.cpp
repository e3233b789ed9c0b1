#include "drivers/measure/energy_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "drivers/base/wall_clock.hpp"
#include "drivers/machine/cpu_times.hpp"
#include "drivers/machine/energy_watch.hpp"
#include "drivers/machine/topology.hpp"

namespace trafficbench {

namespace {

// A counter that changes ten times a second is silent for so long at the begin and at the end of a run.
constexpr double kSilentSeconds = 0.2;

// Of all the CPU time of a node. Less is what a system does at rest.
constexpr double kMostOfOthers = 0.05;

/// What one rank tells rank 0 of a run.
struct Told {
  double own_cpu = 0;
  bool reads = false;  // this rank reads the node's meter
  EnergySource source = EnergySource::pm_counters;
  double watts = 0;
  std::optional<CpuTimes> before;
  std::optional<CpuTimes> after;
  double seconds = 0;
  std::string fault;
};

/// Collective. Whether this rank is the lowest of its host: one for each meter, whatever the library takes for a node.
bool is_first_on_host(Communicator& comm) {
  const std::vector<std::string> hosts = comm.gather(host_name());
  std::vector<std::int64_t> firsts(static_cast<std::size_t>(comm.size()));
  for (auto host = hosts.begin(); host != hosts.end(); ++host) {
    const bool is_first = std::find(hosts.begin(), host, *host) == host;
    firsts[static_cast<std::size_t>(host - hosts.begin())] = is_first ? 1 : 0;
  }
  // Rank 0 knows; the others add nothing.
  comm.sum(firsts);
  return firsts[static_cast<std::size_t>(comm.rank())] > 0;
}

/// Of all nodes that have a reader.
struct Nodes {
  double watts = 0;
  EnergySource source = EnergySource::pm_counters;
  std::string why_not;
};

/// Collective. Rank 0 puts together what the ranks tell; empty elsewhere.
Nodes gather_nodes(Communicator& world, const Told& told) {
  const bool knows_cpus = told.before && told.after;
  const double busy = knows_cpus ? told.after->busy - told.before->busy : -1;
  const double cpus = knows_cpus ? told.after->cpus : 0;
  const std::vector<double> numbers = gather_numbers(
      world,
      {told.own_cpu, told.reads ? 1.0 : 0.0, static_cast<double>(told.source), told.watts, busy, cpus, told.seconds});
  const std::vector<std::string> faults = world.gather(told.fault);
  const std::vector<std::string> hosts = world.gather(host_name());
  constexpr std::size_t kNumbers = 7;
  std::map<std::string, double> own;  // by host: what its ranks worked, those included that take no part
  for (std::size_t rank = 0; rank < hosts.size(); ++rank) own[hosts[rank]] += numbers[kNumbers * rank];
  Nodes nodes;
  bool is_first = true;
  const auto refuse = [&](const std::string& why) {
    if (nodes.why_not.empty()) nodes.why_not = why;
  };
  for (std::size_t rank = 0; rank < hosts.size(); ++rank) {
    const double* of_rank = &numbers[kNumbers * rank];
    if (of_rank[1] == 0) continue;
    const auto source = static_cast<EnergySource>(std::lround(of_rank[2]));
    if (!faults[rank].empty()) refuse(fmt::format("the meter of {} {}", hosts[rank], faults[rank]));
    if (of_rank[4] < 0) {
      refuse(fmt::format("what else is busy on {} cannot be read", hosts[rank]));
    } else {
      refuse(why_not_alone({.host = hosts[rank],
                            .busy = of_rank[4],
                            .own = own[hosts[rank]],
                            .seconds = of_rank[6],
                            .cpus = static_cast<int>(of_rank[5])}));
    }
    if (!is_first && source != nodes.source) refuse("its nodes have meters of two kinds");
    nodes.source = source;
    nodes.watts += of_rank[3];
    is_first = false;
  }
  return nodes;
}

}  // namespace

double seconds_of_energy_run(const EnergyOptions& options, double round) {
  // What a longer run must end in takes longer to work out than what a repetition must.
  constexpr double kVerification = 0.5;
  return round + options.seconds + kSilentSeconds + kVerification;
}

std::string why_not_alone(const NodeAtWork& node) {
  const double all = node.cpus * node.seconds;
  const double others = node.busy - node.own;
  if (others <= kMostOfOthers * all) return {};
  return fmt::format("other programs were busy on {}: {:.0f}% of its CPU time", node.host, 100 * others / all);
}

// A counter is too coarse to be read beside single repetitions. So the power of each node is taken between two changes
// of its counter that lie within one long run, and the run's energy is that power times the run's time in the timers:
// what lies before the first change and after the last one is at the same power as the rest. Each node has its own two
// changes, and all have the run's time in common. Where repetitions begin from the start state again, that happens at
// nearly the same power, and is not counted as time.
WorkEnd make_energy_run(Communicator& world, const RankGroups& ranks, const Group::Member& member,
                        const MeasuringOptions& measuring, SharedStates& shared, const EnergyOptions& options,
                        const Deadline& deadline, EnergyOutcome& outcome) {
  outcome = {};
  Communicator* const comm = ranks.of(member.point.selection());
  std::unique_ptr<PointTimer> timer;
  bool is_made = true;
  if (comm != nullptr) {
    timer = std::make_unique<PointTimer>(*comm, member.point, measuring, Retained{true, member.restarted}, shared);
    is_made = timer->prepare();
    if (is_made) {
      timer->set_length(member.length);
      timer->warm_up();
    }
  }
  const auto start_fault = [&] { return timer ? timer->start_fault() : std::string(); };
  if (const WorkEnd end = meet(world, deadline, start_fault()); end != WorkEnd::done) return end;
  if (!world.all(is_made)) {
    outcome.why_not = "out of memory";
    return WorkEnd::done;
  }

  Told told;
  told.reads = comm != nullptr && is_first_on_host(*comm);
  if (told.reads) told.before = cpu_times(options.root);
  const double began = wall_seconds();
  const double cpu_before = process_cpu_seconds();
  PointTimer::LongRun run;
  if (timer) {
    std::unique_ptr<EnergyWatch> watch;
    if (told.reads) watch = std::make_unique<EnergyWatch>(options.root);
    run = timer->run_for(options.seconds + kSilentSeconds, deadline.seconds);
    if (watch) {
      const MeanPower power = watch->finish().between(run.began, run.ended);
      told.source = watch->source();
      told.watts = power.watts;
      told.fault = power.fault;
    }
  }
  world.sleeping_barrier();
  told.own_cpu = process_cpu_seconds() - cpu_before;
  told.seconds = wall_seconds() - began;
  if (told.reads) told.after = cpu_times(options.root);
  if (timer && !run.is_cut_short) timer->verify_run(run);
  if (const WorkEnd end = meet(world, deadline, start_fault()); end != WorkEnd::done) return end;
  const Nodes nodes = gather_nodes(world, told);
  if (world.rank() != 0) return WorkEnd::done;
  outcome.problem = timer->so_far().problem;
  outcome.why_not = run.is_cut_short ? "there was no time for the run" : nodes.why_not;
  outcome.run = {nodes.source, nodes.watts * run.seconds, run.seconds, run.steps};
  return WorkEnd::done;
}

}  // namespace trafficbench
