#include "drivers/projection/measured_network.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/files.hpp"
#include "drivers/base/statistics.hpp"
#include "drivers/measure/network_report.hpp"

namespace trafficbench::projection {

namespace {

constexpr std::int64_t kMessageBytes = 8;
// A shorter message is latency for the most part, and its bandwidth noise.
constexpr std::int64_t kLongMessage = 32 << 10;

/// The launches of a report, or the one of `trafficbench ceiling --json`, which prints the limits alone.
std::vector<trafficbench::Network> figures_in(const Json& json) {
  const auto context = json.find("context");
  if (context == json.end()) return {network_of(json)};
  if (!context->is_object()) return {};
  const Json runs = context->value("runs", Json());
  return runs.is_array() ? figures_of(runs.get<std::vector<Json>>()) : std::vector<trafficbench::Network>{};
}

void take_measured(Network& network, const std::string& path) {
  Json json;
  std::string fault = parse_json(text_of_file(path), json);
  if (fault.empty() && !json.is_object()) fault = "is not an object of JSON";
  if (!fault.empty()) throw BadInput(fmt::format("{}: {}", path, fault));
  const std::vector<trafficbench::Network> launches = figures_in(json);
  const std::optional<MeasuredLink> on_node = measured_link(launches, 1);
  const std::optional<MeasuredLink> between = measured_link(launches, 2);
  if (!on_node && !between) {
    throw BadInput(fmt::format(
        "{} has no ping-pong: measure with trafficbench-mpiexec -n RANKS trafficbench ceiling --json", path));
  }
  if (on_node) {
    network.latency_on_node = on_node->latency;
    network.bandwidth_on_node = on_node->bandwidth.value_or(network.bandwidth_on_node);
  }
  if (between) {
    // Two nodes of one allocation are taken for neighbours.
    network.latency_per_link = between->latency / network.links(0, 1);
    network.bandwidth_between_nodes = between->bandwidth.value_or(network.bandwidth_between_nodes);
  }
}

}  // namespace

std::optional<MeasuredLink> measured_link(const std::vector<trafficbench::Network>& launches, int nodes) {
  NetworkFigure like;
  like.operation = NetworkOperation::ping_pong;
  like.nodes = nodes;
  std::vector<double> latencies;
  std::vector<double> bandwidths;
  for (const trafficbench::Network& network : launches) {
    const NetworkFigure* const word = figure_of(network, like, kMessageBytes);
    if (word == nullptr) continue;
    latencies.push_back(word->seconds);
    const NetworkFigure* const longest = figure_of(network, like, INT64_MAX);
    if (longest->bytes < kLongMessage || longest->seconds <= word->seconds) continue;
    bandwidths.push_back(static_cast<double>(longest->bytes - word->bytes) / (longest->seconds - word->seconds));
  }
  if (latencies.empty()) return std::nullopt;
  MeasuredLink link{.latency = median(latencies), .bandwidth = std::nullopt};
  if (!bandwidths.empty()) link.bandwidth = median(bandwidths);
  return link;
}

std::vector<trafficbench::Network> figures_of(const std::vector<Json>& launches) {
  std::vector<trafficbench::Network> figures;
  for (const Json& launch : launches) {
    if (launch.is_object()) figures.push_back(network_of(launch.value("limits", Json::object())));
  }
  return figures;
}

MachineFacts read_machine(const std::string& machine, const std::string& network) {
  MachineFacts facts = read_machine(machine);
  if (!network.empty()) take_measured(facts.network, network);
  return facts;
}

}  // namespace trafficbench::projection
