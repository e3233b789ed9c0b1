// How long the nodes of a visit took in the kernel, each against the others: what tells a slow one. The time of a
// repetition does not, since all ranks wait for the slowest.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "drivers/measure/measurement.hpp"
#include "drivers/report/point.hpp"

namespace trafficbench {

/// Of one node, in one visit. Nodes are told apart by the names of their hosts.
struct NodePace {
  std::string host;
  int ranks = 0;     ///< there, at most of all points that count
  double ratio = 1;  ///< seconds in the kernel over the median of all nodes: the median over repetitions
};

/// Collects what the points of a visit say, on rank 0.
class NodePaces {
 public:
  /// A point counts if its ranks stand on two nodes or more and are alike in what they have to do: an update kernel,
  /// with so many cells a rank that one more is nothing, verified, timed for as long as was asked for, and no two
  /// workers on one core. Of its repetitions those count in which every rank's time is known.
  void add(const Point& point, const Measurement& measurement);

  /// By name; empty where no point counts.
  std::vector<NodePace> paces() const;

 private:
  struct Node {
    int ranks = 0;
    std::vector<double> ratios;  // one a repetition
  };
  std::map<std::string, Node> nodes_;
};

}  // namespace trafficbench
