// Whether a launch has all of its nodes: what a node's meter counts is then its own.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "drivers/ranks/communicator.hpp"

namespace trafficbench {

/// What a rank may use of its node.
struct ShareOfNode {
  std::string host;
  std::vector<int> cores;  ///< that it may run on, by their numbers
  int node_cores = 0;      ///< of the whole node
  double quota = 0;        ///< CPUs that its control groups leave it; 0: all
};

/// Why the ranks together have not all of every node, in words for one line; empty if they have.
std::string why_not_whole_nodes(const std::vector<ShareOfNode>& ranks);

/// The same of a launch, on every rank. Collective. Control groups are those in the folder `root`.
std::string why_not_whole_nodes(Communicator& world, const std::filesystem::path& root);

}  // namespace trafficbench
