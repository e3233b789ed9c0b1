// The communicators of the first so many ranks of a world.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "drivers/ranks/communicator.hpp"

namespace trafficbench {

class RankGroups {
 public:
  /// Makes a communicator for each of these numbers of ranks, 1 .. world.size(). Collective over `world`, which must
  /// outlive this.
  RankGroups(Communicator& world, const std::set<int>& sizes);

  /// The first `ranks` ranks; nullptr on ranks that do not belong to them.
  Communicator* first(int ranks) const;

 private:
  Communicator& world_;
  std::map<int, std::unique_ptr<Communicator>> groups_;
};

}  // namespace trafficbench
