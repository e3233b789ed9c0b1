// What a network was measured to take, as JSON and as text.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "drivers/measure/network.hpp"

namespace trafficbench {

/// "exchange between 4 ranks on 2 nodes": what such ranks' rows have as their `limit` where the network is it.
std::string exchange_limit_name(int ranks, int nodes);

/// What stands in a report among context.runs[].limits: of each figure a name,
/// "network/neighbours/ranks:4/nodes:2/...", its median in seconds as `value`, and its interval; and for each number of
/// ranks and nodes what their exchange takes.
nlohmann::json to_json(const Network& network);

/// The figures among the limits of a launch. What is not as to_json writes it is passed over.
Network network_of(const nlohmann::json& limits);

/// A table for people, several lines; empty if nothing was measured.
std::string network_table(const Network& network);

}  // namespace trafficbench
