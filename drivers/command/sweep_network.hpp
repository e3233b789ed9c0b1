// What messages take between the ranks of a sweep's points: measured as the launch begins, and again in each pass.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "drivers/base/json.hpp"
#include "drivers/measure/network.hpp"
#include "drivers/ranks/communicator.hpp"
#include "drivers/ranks/rank_groups.hpp"
#include "drivers/report/point.hpp"

namespace trafficbench {

class SweepNetwork {
 public:
  /// Collective over `world`: measures what those of the points that are feasible need. Of what `launches`, those
  /// before this one, have in their limits the medians stay; `launches` is rank 0's. `world` and `ranks` outlive this.
  /// Throws BadInput on every rank where the ranks of a launch before were on another number of nodes: depths follow
  /// from the figures, and a row has one depth.
  SweepNetwork(Communicator& world, const RankGroups& ranks, const std::vector<Point>& points,
               const std::vector<bool>& feasible, bool oversubscribe, const std::vector<Json>& launches);

  /// Collective. The medians stay, and on rank 0 so do those figures that were quicker before.
  void measure_again();

  /// What one exchange of the point costs; 0 if it was not measured. The same on every rank.
  double cost(const Point& point) const;

  /// Nodes that the point's ranks are on.
  int nodes(const Point& point) const { return groups_.at(point.selection()).nodes; }

  /// Complete on rank 0.
  const Network& figures() const { return figures_; }

 private:
  /// Points of the same ranks, as far as they are feasible.
  struct Group {
    int nodes = 0;
    std::vector<const ExchangeMethod*> methods;                      ///< those in use, in the order of the points
    std::vector<std::pair<const PlacementPolicy*, int>> placements;  ///< likewise, and the fewest threads with each
  };

  void measure(Network& figures);

  Communicator& world_;
  const RankGroups& ranks_;
  bool oversubscribe_;
  std::map<RankSelection, Group> groups_;
  Network figures_;
};

}  // namespace trafficbench
