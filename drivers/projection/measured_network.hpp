// What a network was measured to do, as the model takes it: latency and bandwidth of one message, from ping-pongs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "drivers/base/json.hpp"
#include "drivers/measure/network.hpp"
#include "drivers/projection/machine_facts.hpp"

namespace trafficbench::projection {

/// Of a message between two ranks, on one node or on two.
struct MeasuredLink {
  double latency = 0;               ///< seconds of a word
  std::optional<double> bandwidth;  ///< bytes a second that are added to it; nothing if no long message was measured
};

/// From the figures of one launch or several: the medians over these. Nothing if none has a ping-pong between so many
/// nodes.
std::optional<MeasuredLink> measured_link(const std::vector<trafficbench::Network>& launches, int nodes);

/// The figures of each launch of a report, from its context.runs.
std::vector<trafficbench::Network> figures_of(const std::vector<Json>& launches);

/// The facts of the machine file, with what was measured in place of its network's latencies and bandwidths if
/// `network` names a file: a report, or what `trafficbench ceiling --json` prints. Where that has nothing between
/// nodes, or no long message, those of the machine file stay. Throws BadInput for a file that is neither, or has no
/// ping-pong.
MachineFacts read_machine(const std::string& machine, const std::string& network);

}  // namespace trafficbench::projection
