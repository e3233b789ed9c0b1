// trafficbench ceiling
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "drivers/base/standard_output.hpp"
#include "drivers/command/commands.hpp"
#include "drivers/command/notes.hpp"
#include "drivers/measure/ceiling_ranks.hpp"
#include "drivers/measure/ceiling_report.hpp"
#include "drivers/measure/network_report.hpp"
#include "drivers/ranks/rank_groups.hpp"

namespace trafficbench {

namespace {

/// Between 2, 4, 8, ... and all ranks, by every way that the library has. Complete on rank 0.
Network measure_network(Communicator& world) {
  std::vector<const ExchangeMethod*> methods;
  for (const ExchangeMethod& method : exchange_methods()) {
    if (why_no_exchange(world, method).empty()) methods.push_back(&method);  // else `list` says why
  }
  std::set<RankSelection> selections;
  for (int ranks = 2; ranks < world.size(); ranks *= 2) selections.insert({ranks});
  if (world.size() > 1) selections.insert({world.size()});
  const RankGroups groups(world, selections);
  Network network;
  const NetworkPlan plan{.methods = methods,
                         .message_bytes = {8, 64, 512, 4096, 32768, 262144, 1048576},
                         .sum_bytes = {8, 64, 512, 4096, 32768},
                         .seconds = 1,
                         .fewest = kMinSamples};
  for (const RankSelection& selection : selections) {
    if (asked_to_stop(world)) break;
    Network found;
    add_network_of(world, groups.of(selection), plan, found);
    take_in(network, found);
  }
  return network;
}

}  // namespace

Status ceiling(Communicator& world, const CeilingCommandOptions& options) {
  say_notes(world);
  const Ceiling measured = measure_ceiling(world);
  const Network network = measure_network(world);
  const bool interrupted = asked_to_stop(world);
  if (interrupted && world.rank() == 0) say("trafficbench: interrupted\n");
  if (interrupted) return Status::interrupted;
  if (world.rank() != 0) return Status::done;
  if (options.json) {
    nlohmann::json limits = to_json(measured);
    limits.update(to_json(network));
    print_out(limits.dump(1) + "\n");
  } else {
    print_out(ceiling_table(measured) + network_table(network));
  }
  return Status::done;
}

}  // namespace trafficbench
