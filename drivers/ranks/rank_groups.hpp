// The communicators of some ranks of a world: the first so many of it, or the first so many of each node.
#pragma once

#include <compare>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "drivers/ranks/communicator.hpp"

namespace trafficbench {

/// Which ranks of a world.
struct RankSelection {
  int ranks = 1;
  int per_node = 0;  ///< the first so many of each node, node by node, until there are `ranks`; 0: the first ones

  auto operator<=>(const RankSelection&) const = default;
};

/// What came of it: the ranks in the order of the world, or why there are none, a sentence for the user.
struct SelectedRanks {
  std::set<int> ranks;
  std::string why_not;
};

/// `node_of` tells by rank which node it is on, by its number (Communicator::node). The last node may have fewer than
/// `per_node` in use.
SelectedRanks selected_ranks(const std::vector<int>& node_of, const RankSelection& selection);

/// Collective. The node of every rank, as selected_ranks takes them; the same on every rank.
std::vector<int> nodes_of_ranks(Communicator& world);

class RankGroups {
 public:
  /// Makes a communicator for each of these. Collective over `world`, which must outlive this.
  RankGroups(Communicator& world, const std::set<RankSelection>& selections);

  /// The selected ranks; nullptr on ranks that do not belong to them.
  Communicator* of(const RankSelection& selection) const { return groups_.at(selection).comm; }

  /// Why nobody belongs to them, on every rank; empty if somebody does.
  const std::string& why_not(const RankSelection& selection) const { return groups_.at(selection).why_not; }

 private:
  struct Group {
    std::unique_ptr<Communicator> own;  // nothing where it is the world
    Communicator* comm = nullptr;
    std::string why_not;
  };
  std::map<RankSelection, Group> groups_;
};

}  // namespace trafficbench
