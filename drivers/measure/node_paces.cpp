#include "drivers/measure/node_paces.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "drivers/base/statistics.hpp"

namespace trafficbench {

namespace {

// Kernels take cells by the word of 64, and ranks differ by one cell: of blocks as long as this, one word more is less
// than 1%.
constexpr std::int64_t kLeastCells = 10000;

/// Then its time is not the node's alone.
bool is_about_cores(Warning warning) {
  return warning == Warning::short_repetition || warning == Warning::oversubscribed || warning == Warning::shared_core;
}

bool counts(const Point& point, const Measurement& measurement) {
  return point.variant->kernel_class == KernelClass::update && measurement.problem.empty() &&
         std::ranges::none_of(measurement.warnings, is_about_cores) && point.road_cells / point.ranks >= kLeastCells;
}

/// The ranks on each host.
std::map<std::string, std::vector<std::size_t>> ranks_by_host(const std::vector<WorkerPlace>& placement) {
  std::map<std::string, std::vector<std::size_t>> ranks;
  for (const WorkerPlace& worker : placement) {
    if (worker.thread == 0) ranks[worker.host].push_back(static_cast<std::size_t>(worker.rank));
  }
  return ranks;
}

bool is_time(double seconds) { return std::isfinite(seconds) && seconds > 0; }

}  // namespace

void NodePaces::add(const Point& point, const Measurement& measurement) {
  const auto hosts = ranks_by_host(measurement.placement);
  if (hosts.size() < 2 || !counts(point, measurement)) return;
  for (const std::vector<double>& seconds : measurement.rank_kernel_seconds) {
    if (seconds.size() != static_cast<std::size_t>(point.ranks) || !std::ranges::all_of(seconds, is_time)) continue;
    std::vector<double> medians;
    for (const auto& [host, ranks] : hosts) {
      std::vector<double> own;
      for (const std::size_t rank : ranks) own.push_back(seconds[rank]);
      medians.push_back(median(own));
    }
    const double of_all = median(medians);
    auto of_node = medians.begin();
    for (const auto& [host, ranks] : hosts) {
      Node& node = nodes_[host];
      node.ranks = std::max(node.ranks, static_cast<int>(ranks.size()));
      node.ratios.push_back(*of_node++ / of_all);
    }
  }
}

std::vector<NodePace> NodePaces::paces() const {
  std::vector<NodePace> paces;
  paces.reserve(nodes_.size());
  for (const auto& [host, node] : nodes_) paces.push_back({host, node.ranks, median(node.ratios)});
  return paces;
}

}  // namespace trafficbench
