#include "drivers/projection/analytic.hpp"

#include <algorithm>
#include <bit>

#include "kernels/bits.hpp"
#include "kernels/block.hpp"

namespace trafficbench::projection {

namespace {

constexpr double kWordBytes = 8;

double on_node(const Network& network, double bytes) {
  return network.latency_on_node + bytes / network.bandwidth_on_node;
}

double between(const Network& network, int links, double bytes) {
  return links * network.latency_per_link + bytes / network.bandwidth_between_nodes;
}

/// Recursive doubling over nodes 0 .. nodes - 1. What is beyond a power of two folds into its neighbour first, and is
/// told at the end.
double doubling_seconds(const Network& network, std::int64_t nodes, double bytes) {
  const auto doubling = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(nodes)));
  const std::int64_t folded = nodes - doubling;
  const auto node_of = [&](std::int64_t index) { return index < folded ? 2 * index + 1 : index + folded; };
  double seconds = 0;
  for (std::int64_t mask = 1; mask < doubling; mask *= 2) {
    int links = 0;
    for (std::int64_t index = 0; index < doubling; ++index) {
      links = std::max(links, network.links(node_of(index), node_of(index ^ mask)));
    }
    seconds += between(network, links, bytes);
  }
  if (folded > 0) seconds += 2 * between(network, network.links(0, 1), bytes);
  return seconds;
}

}  // namespace

double exchange_seconds(const Network& network, const Layout& layout, std::int64_t depth) {
  if (layout.ranks == 1) return 0;
  const double bytes = kWordBytes * static_cast<double>(words_for(depth));
  const std::int64_t nodes = layout.nodes();
  double seconds = layout.on_a_node() > 1 ? on_node(network, bytes) : 0;
  int links = 0;
  for (std::int64_t node = 0; nodes > 1 && node < nodes; ++node) {
    links = std::max(links, network.links(node, (node + 1) % nodes));
  }
  return links > 0 ? std::max(seconds, between(network, links, bytes)) : seconds;
}

double allreduce_seconds(const Network& network, const Layout& layout, double bytes) {
  if (layout.ranks == 1) return 0;
  const auto levels = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(layout.on_a_node() - 1)));
  return 2 * levels * on_node(network, bytes) + doubling_seconds(network, layout.nodes(), bytes);
}

Prediction predict(const KernelTime& kernel, const Variant& variant, const MachineFacts& facts, const Layout& layout,
                   CountingMode counting, std::int64_t cells, std::int64_t depth, std::int64_t steps) {
  // The first block is one of the longest.
  const std::int64_t own = block_of(cells, layout.ranks, 0).cells;
  const auto advance = [&](std::int64_t k) {
    return advance_seconds(kernel, variant, facts, layout.on_a_node(), own, depth, k);
  };
  const auto sums = [&](std::int64_t iterations) {
    return allreduce_seconds(facts.network, layout, kWordBytes * static_cast<double>(iterations));
  };
  const std::int64_t whole = steps / depth;
  const auto periods = static_cast<double>(whole);
  const std::int64_t rest = steps % depth;
  Prediction result;
  result.compute = periods * advance(depth) + (rest > 0 ? advance(rest) : 0);
  result.exchange = (periods + (rest > 0 ? 1 : 0)) * exchange_seconds(facts.network, layout, depth);
  result.reduction = counting == CountingMode::every ? periods * sums(depth) + (rest > 0 ? sums(rest) : 0) : sums(1);
  result.seconds = result.compute + result.exchange + result.reduction;
  const std::int64_t k = std::min(depth, steps);
  result.cells_per_cycle = updates(own, depth, k) / (advance(k) * facts.clock_hz);
  return result;
}

}  // namespace trafficbench::projection
