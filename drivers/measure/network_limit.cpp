#include "drivers/measure/network_limit.hpp"

#include <algorithm>

#include "drivers/measure/network_report.hpp"
#include "kernels/bits.hpp"

namespace trafficbench {

namespace {

constexpr std::int64_t kWordBytes = 8;

std::optional<double> edges_seconds(const Network& network, int ranks, int nodes, std::int64_t bytes) {
  std::optional<double> least;
  const auto consider = [&](const NetworkFigure& like) {
    const NetworkFigure* const figure = figure_of(network, like, bytes);
    if (figure != nullptr) least = std::min(least.value_or(figure->best), figure->best);
  };
  NetworkFigure like;
  like.operation = NetworkOperation::ping_pong;
  like.nodes = nodes > 1 ? 2 : 1;  // somewhere on the ring neighbours are on two nodes
  consider(like);
  like.operation = NetworkOperation::neighbours;
  like.ranks = ranks;
  like.nodes = nodes;
  for (const ExchangeMethod& method : exchange_methods()) {
    like.exchange = method.name;
    consider(like);
  }
  return least;
}

/// Of all iterations between two exchanges.
double sums_seconds(const Network& network, const Point& point, int nodes, std::int64_t depth) {
  if (point.counting != CountingMode::every) return 0;
  NetworkFigure like;
  like.operation = NetworkOperation::allreduce;
  like.ranks = point.ranks;
  like.nodes = nodes;
  const bool each = point.reduce->each_iteration;
  const NetworkFigure* const sum = figure_of(network, like, each ? kWordBytes : kWordBytes * depth);
  if (sum == nullptr) return 0;
  return each ? sum->best * static_cast<double>(depth) : sum->best;
}

}  // namespace

std::optional<Limit> limit_with_network(const std::optional<Limit>& kernel, const Network& network, const Point& point,
                                        int nodes, std::int64_t depth) {
  if (point.ranks == 1) return kernel;
  const std::optional<double> edges = edges_seconds(network, point.ranks, nodes, kWordBytes * words_for(depth));
  if (!edges) return kernel;
  const double updates = static_cast<double>(depth) * static_cast<double>(point.road_cells);
  const double computing = kernel ? updates / kernel->cells_per_second : 0;
  const double sums = sums_seconds(network, point, nodes, depth);
  const bool waits_for_edges = point.overlap == Overlap::on && *edges > computing;
  const double edges_too = point.overlap == Overlap::on ? std::max(computing, *edges) : computing + *edges;
  const bool waits_for_sums = point.reduce->hides && sums > edges_too;
  const double all = point.reduce->hides ? std::max(edges_too, sums) : edges_too + sums;
  // A kernel that hides behind what is longer bounds nothing.
  const bool is_kernel = kernel && !waits_for_edges && !waits_for_sums && 2 * computing >= all;
  return Limit{is_kernel ? kernel->name : exchange_limit_name(point.ranks, nodes), updates / all};
}

}  // namespace trafficbench
