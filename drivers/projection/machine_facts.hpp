// A machine that is not here, as far as the scaling model and the simulation need it.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace trafficbench::projection {

/// Where nodes hang on a dragonfly network, and what a message takes.
struct Network {
  int nodes_per_router = 1;
  int routers_per_group = 1;
  double latency_on_node = 0;    ///< seconds between two ranks of a node
  double latency_per_link = 0;   ///< seconds on each link between two nodes
  double bandwidth_on_node = 0;  ///< bytes a second of one message
  double bandwidth_between_nodes = 0;

  /// Links on the way between two nodes: 0 on one node, then by router, group and beyond.
  int links(std::int64_t node, std::int64_t other) const;
};

/// A published time of an allreduce on so many full nodes: what the network is held against.
struct PublishedAllreduce {
  int nodes = 1;
  double seconds = 0;
};

struct MachineFacts {
  std::string name;
  int nodes = 1;
  int cores_per_node = 1;
  std::string isa;      ///< the rows that its kernel time is projected from
  double clock_hz = 0;  ///< the clock they are projected to
  double memory_bandwidth = std::numeric_limits<double>::infinity();  ///< bytes a second of a node
  std::int64_t cache_bytes_per_core = 0;                              ///< of the last level
  Network network;
  std::vector<PublishedAllreduce> published;
  double published_bytes = 0;
};

/// Reads a file as scripts/simulate/archer2.json is one. Throws BadInput for a key that is missing, unknown or wrong.
MachineFacts read_machine(const std::string& path);

}  // namespace trafficbench::projection
