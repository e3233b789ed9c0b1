#include "drivers/machine/placement/matching.hpp"

namespace trafficbench {

bool Matching::give(std::size_t rank, const std::vector<int>& wanted) {
  tried_.clear();
  return find(rank, wanted);
}

std::vector<int> Matching::of(std::size_t rank) const {
  std::vector<int> things;
  for (const int thing : allowed_.at(rank)) {
    const auto at = owner_.find(thing);
    if (at != owner_.end() && at->second == rank) things.push_back(thing);
  }
  return things;
}

bool Matching::find(std::size_t rank, const std::vector<int>& wanted) {
  for (const int thing : wanted) {
    if (owner_.emplace(thing, rank).second) return true;
  }
  for (const int thing : wanted) {
    std::size_t& owner = owner_.at(thing);
    if (owner == rank || !tried_.insert(thing).second || !find(owner, allowed_.at(owner))) continue;
    owner = rank;
    return true;
  }
  return false;
}

}  // namespace trafficbench
