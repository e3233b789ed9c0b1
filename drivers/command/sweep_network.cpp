#include "drivers/command/sweep_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "drivers/machine/placement.hpp"
#include "drivers/measure/network_report.hpp"

namespace trafficbench {

SweepNetwork::SweepNetwork(Communicator& world, const RankGroups& ranks, const std::vector<Point>& points,
                           const std::vector<bool>& feasible, bool oversubscribe, const std::vector<Json>& launches)
    : world_(world), ranks_(ranks), oversubscribe_(oversubscribe) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point& point = points[i];
    Group& group = groups_[point.selection()];
    if (!feasible[i]) continue;
    const bool is_known = std::ranges::find(group.methods, point.exchange) != group.methods.end();
    if (!is_known) group.methods.push_back(point.exchange);
    auto place = std::ranges::find(group.placements, point.placement, &std::pair<const PlacementPolicy*, int>::first);
    if (place == group.placements.end()) place = group.placements.emplace(place, point.placement, point.threads);
    place->second = std::min(place->second, point.threads);
  }
  std::set<std::pair<int, int>> here;  // ranks and nodes
  for (auto& [selection, group] : groups_) {
    const Communicator* const comm = ranks.of(selection);
    group.nodes = static_cast<int>(world.max_of(comm == nullptr ? 0 : comm->nodes()));
    if (group.nodes > 0) here.emplace(selection.ranks, group.nodes);
  }
  Json before = Json::object();
  together(world, [&] {
    for (const Json& launch : launches) {
      const Network figures = network_of(launch["limits"]);
      for (const NetworkFigure& figure : figures) {
        const auto same_ranks = std::ranges::find(here, figure.ranks, &std::pair<int, int>::first);
        if (figure.operation == NetworkOperation::neighbours && same_ranks != here.end() &&
            !here.contains({figure.ranks, figure.nodes})) {
          throw BadInput(
              fmt::format("a launch before had {} ranks on {} nodes, and this one on {}: resume on as many, or start "
                          "over with --force",
                          figure.ranks, figure.nodes, same_ranks->second));
        }
      }
      before.update(to_json(figures));
    }
  });
  figures_ = network_of(Json::parse(text_of_rank_0(world, before.dump())));
  measure(figures_);
  // Rank 0 was among all of them.
  figures_ = network_of(Json::parse(text_of_rank_0(world, to_json(figures_).dump())));
}

void SweepNetwork::measure(Network& figures) {
  for (const auto& [selection, group] : groups_) {
    if (selection.ranks == 1) continue;
    Communicator* const comm = ranks_.of(selection);
    const NetworkPlan plan{
        .methods = group.methods, .message_bytes = {8, 256, 4096, 65536}, .sum_bytes = {8, 512, 4096, 16384}};
    for (const auto& [placement, threads] : group.placements) {
      if (comm != nullptr) bind_workers(*comm, threads, oversubscribe_, *placement);
      Network found;
      add_network_of(world_, comm, plan, found);
      take_in(figures, found);
    }
  }
}

void SweepNetwork::measure_again() { measure(figures_); }

double SweepNetwork::cost(const Point& point) const {
  return point.ranks > 1 ? cost_of_exchange(figures_, point, nodes(point)) : 0;
}

}  // namespace trafficbench
