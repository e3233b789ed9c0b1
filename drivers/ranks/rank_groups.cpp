#include "drivers/ranks/rank_groups.hpp"

namespace trafficbench {

RankGroups::RankGroups(Communicator& world, const std::set<int>& sizes) : world_(world) {
  // A set has one order, so every rank takes part in making each in the same order.
  for (const int size : sizes) {
    if (size < world.size()) groups_[size] = world.first(size);
  }
}

Communicator* RankGroups::first(int ranks) const { return ranks == world_.size() ? &world_ : groups_.at(ranks).get(); }

}  // namespace trafficbench
