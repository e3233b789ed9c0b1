#include "drivers/ranks/rank_groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "drivers/base/numbers.hpp"

namespace trafficbench {

SelectedRanks selected_ranks(const std::vector<int>& node_of, const RankSelection& selection) {
  SelectedRanks selected;
  if (selection.per_node == 0) {
    for (int rank = 0; rank < selection.ranks; ++rank) selected.ranks.insert(rank);
    return selected;
  }
  std::map<int, std::vector<int>> nodes;
  for (std::size_t rank = 0; rank < node_of.size(); ++rank) nodes[node_of[rank]].push_back(static_cast<int>(rank));
  int missing = selection.ranks;
  for (const auto& [node, ranks] : nodes) {
    const int wanted = std::min(missing, selection.per_node);
    if (std::cmp_less(ranks.size(), wanted)) {
      return {{},
              fmt::format("ranks-per-node {}: a node of this launch has {}", selection.per_node,
                          counted(ranks.size(), "rank"))};
    }
    selected.ranks.insert(ranks.begin(), ranks.begin() + wanted);
    missing -= wanted;
    if (missing == 0) return selected;
  }
  const int needed = (selection.ranks + selection.per_node - 1) / selection.per_node;
  return {{},
          fmt::format("ranks-per-node {}: {} ranks take {} nodes, and this launch has {}", selection.per_node,
                      selection.ranks, needed, nodes.size())};
}

std::vector<int> nodes_of_ranks(Communicator& world) {
  std::vector<std::int64_t> nodes(static_cast<std::size_t>(world.size()));
  nodes[static_cast<std::size_t>(world.rank())] = world.node();
  world.sum(nodes);
  return {nodes.begin(), nodes.end()};
}

RankGroups::RankGroups(Communicator& world, const std::set<RankSelection>& selections) {
  const std::vector<int> node_of = nodes_of_ranks(world);
  // A set has one order, so every rank takes part in making each in the same order.
  for (const RankSelection& selection : selections) {
    Group& group = groups_[selection];
    SelectedRanks selected = selected_ranks(node_of, selection);
    group.why_not = std::move(selected.why_not);
    if (selected.ranks.empty()) continue;
    if (std::cmp_equal(selected.ranks.size(), world.size())) {
      group.comm = &world;
      continue;
    }
    group.own = world.part(selected.ranks.contains(world.rank()));
    group.comm = group.own.get();
  }
}

}  // namespace trafficbench
