#include "drivers/measure/network_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "drivers/base/numbers.hpp"

namespace trafficbench {

namespace {

std::string on_nodes(int ranks, int nodes) {
  return fmt::format("{} ranks on {}", ranks, counted(static_cast<std::size_t>(nodes), "node"));
}

std::string name_of_figure(const NetworkFigure& figure) {
  std::string name = fmt::format("network/{}/ranks:{}/nodes:{}", name_of(figure.operation), figure.ranks, figure.nodes);
  if (figure.bytes > 0) name += fmt::format("/bytes:{}", figure.bytes);
  if (!figure.exchange.empty()) name += fmt::format("/exchange:{}", figure.exchange);
  return name;
}

/// What a rank sends in a second: a message each way, where there are messages; else 0.
double bytes_a_second(const NetworkFigure& figure) {
  const bool both_ways = figure.operation == NetworkOperation::neighbours;
  if (!both_ways && figure.operation != NetworkOperation::ping_pong) return 0;
  return (both_ways ? 2 : 1) * static_cast<double>(figure.bytes) / figure.seconds;
}

nlohmann::json json_of(const NetworkFigure& figure) {
  nlohmann::json json = {{"value", figure.seconds}, {"unit", "s"},
                         {"class", "network"},      {"operation", name_of(figure.operation)},
                         {"ranks", figure.ranks},   {"nodes", figure.nodes},
                         {"best", figure.best},     {"batches", figure.batches}};
  if (figure.bytes > 0) json["bytes"] = figure.bytes;
  if (const double rate = bytes_a_second(figure); rate > 0) json["bytes_per_second"] = rate;
  if (!figure.exchange.empty()) json["exchange"] = figure.exchange;
  if (figure.interval) {
    json["low"] = figure.interval->low;
    json["high"] = figure.interval->high;
    json["interval_over"] = "batches";
  }
  return json;
}

/// The quickest exchange of a word with both neighbours, by any way, and a sum of one integer.
double quickest(const Network& network, int ranks, int nodes) {
  double edges = 0;
  double sum = 0;
  for (const NetworkFigure& figure : network) {
    if (figure.ranks != ranks || figure.nodes != nodes || figure.bytes != 8) continue;
    if (figure.operation == NetworkOperation::allreduce) sum = figure.best;
    if (figure.operation == NetworkOperation::neighbours && (edges == 0 || figure.best < edges)) edges = figure.best;
  }
  return edges + sum;
}

std::string bytes_text(std::int64_t bytes) {
  if (bytes == 0) return "-";
  if (bytes < 1 << 10) return fmt::format("{} B", bytes);
  return bytes < 1 << 20 ? fmt::format("{} KiB", bytes >> 10) : fmt::format("{} MiB", bytes >> 20);
}

}  // namespace

std::string exchange_limit_name(int ranks, int nodes) { return "exchange between " + on_nodes(ranks, nodes); }

nlohmann::json to_json(const Network& network) {
  nlohmann::json limits = nlohmann::json::object();
  std::set<std::pair<int, int>> groups;
  for (const NetworkFigure& figure : network) {
    limits[name_of_figure(figure)] = json_of(figure);
    if (figure.operation == NetworkOperation::neighbours) groups.emplace(figure.ranks, figure.nodes);
  }
  for (const auto& [ranks, nodes] : groups) {
    limits[exchange_limit_name(ranks, nodes)] = {{"value", quickest(network, ranks, nodes)},
                                                 {"unit", "s, edges of 8 B and a sum of one integer"}};
  }
  return limits;
}

Network network_of(const nlohmann::json& limits) {
  Network network;
  if (!limits.is_object()) return network;
  for (const auto& [name, json] : limits.items()) {
    if (!json.is_object() || json.value("class", nlohmann::json()) != "network") continue;
    try {
      NetworkFigure figure;
      const auto& names = EnumNames<NetworkOperation>::kNames;
      const auto at = std::ranges::find(names, json.at("operation").get<std::string>());
      if (at == names.end()) continue;
      figure.operation = static_cast<NetworkOperation>(at - names.begin());
      figure.ranks = json.at("ranks").get<int>();
      figure.nodes = json.at("nodes").get<int>();
      figure.bytes = json.value("bytes", std::int64_t{0});
      figure.exchange = json.value("exchange", "");
      figure.seconds = json.at("value").get<double>();
      figure.best = json.at("best").get<double>();
      figure.batches = json.at("batches").get<std::size_t>();
      if (json.contains("low")) figure.interval = Interval{json.at("low").get<double>(), json.at("high").get<double>()};
      const auto is_like = [&](const NetworkFigure& other) { return other.is_like(figure); };
      if (figure.seconds > 0 && figure.best > 0 && std::ranges::none_of(network, is_like)) network.push_back(figure);
    } catch (const nlohmann::json::exception&) {
      continue;
    }
  }
  return network;
}

std::string network_table(const Network& network) {
  if (network.empty()) return {};
  std::string text = "\nMessages and sums, microseconds, medians of batches with their 95% intervals\n";
  text += fmt::format("{:<12} {:>6} {:>6} {:<12} {:>9} {:>11}  {:<22} {:>9}\n", "operation", "ranks", "nodes",
                      "exchange", "bytes", "us", "interval", "MB/s");
  for (const NetworkFigure& figure : network) {
    const std::string interval =
        figure.interval ? fmt::format("{:.3f} .. {:.3f}", 1e6 * figure.interval->low, 1e6 * figure.interval->high)
                        : "-";
    constexpr std::int64_t kLong = 4096;  // shorter ones are about latency
    const double sent = bytes_a_second(figure);
    const std::string rate = sent == 0 || figure.bytes < kLong ? "-" : fmt::format("{:.0f}", sent / 1e6);
    text += fmt::format("{:<12} {:>6} {:>6} {:<12} {:>9} {:>11.3f}  {:<22} {:>9}\n", name_of(figure.operation),
                        figure.ranks, figure.nodes, figure.exchange.empty() ? "-" : figure.exchange,
                        bytes_text(figure.bytes), 1e6 * figure.seconds, interval, rate);
  }
  return text;
}

}  // namespace trafficbench
