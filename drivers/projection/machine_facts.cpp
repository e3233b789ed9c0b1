#include "drivers/projection/machine_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/files.hpp"
#include "drivers/base/json.hpp"

namespace trafficbench::projection {

namespace {

/// An object of the file, whose keys are taken one by one; those that nobody took are refused.
class Fields {
 public:
  Fields(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object.is_object()) throw BadInput(fmt::format("{} is not an object of JSON", where_));
  }

  const Json& take(const std::string& key) {
    taken_.insert(key);
    const auto found = object_.find(key);
    if (found == object_.end()) throw BadInput(fmt::format("{} lacks the key '{}'", where_, key));
    return *found;
  }

  /// In seconds, bytes, hertz or pieces, no machine has more, nor so little.
  double positive(const std::string& key) {
    constexpr double kMax = 1e15;
    constexpr double kMin = 1e-15;
    const Json& value = take(key);
    if (!value.is_number() || !(value.get<double>() >= kMin && value.get<double>() <= kMax)) {
      throw BadInput(fmt::format("{}: '{}' is {}, not a number from {} to {}", where_, key, value.dump(), kMin, kMax));
    }
    return value.get<double>();
  }

  std::int64_t count(const std::string& key, std::int64_t most) {
    const double value = positive(key);
    if (value != std::floor(value) || value > static_cast<double>(most)) {
      throw BadInput(fmt::format("{}: '{}' is {}, not a whole number from 1 to {}", where_, key, value, most));
    }
    return static_cast<std::int64_t>(value);
  }

  std::string text(const std::string& key) {
    const Json& value = take(key);
    if (!value.is_string() || value.get<std::string>().empty()) {
      throw BadInput(fmt::format("{}: '{}' is {}, not a text", where_, key, value.dump()));
    }
    return value.get<std::string>();
  }

  void end() const {
    for (const auto& [key, value] : object_.items()) {
      if (!taken_.contains(key)) throw BadInput(fmt::format("{} has the unknown key '{}'", where_, key));
    }
  }

 private:
  const Json& object_;
  std::string where_;
  std::set<std::string> taken_;
};

Network read_network(const Json& object, const std::string& where) {
  constexpr std::int64_t kMax = 1 << 16;
  Fields fields(object, where);
  Network network;
  network.nodes_per_router = static_cast<int>(fields.count("nodes_per_router", kMax));
  network.routers_per_group = static_cast<int>(fields.count("routers_per_group", kMax));
  network.latency_on_node = fields.positive("latency_on_node_seconds");
  network.latency_per_link = fields.positive("latency_per_link_seconds");
  network.bandwidth_on_node = fields.positive("bandwidth_on_node_bytes_per_second");
  network.bandwidth_between_nodes = fields.positive("bandwidth_between_nodes_bytes_per_second");
  fields.end();
  return network;
}

std::vector<PublishedAllreduce> read_published(const Json& object, const std::string& where, int nodes) {
  std::vector<PublishedAllreduce> published;
  Fields fields(object, where);
  for (const auto& [key, value] : object.items()) {
    PublishedAllreduce each;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), each.nodes);
    if (error != std::errc() || end != key.data() + key.size() || each.nodes < 1 || each.nodes > nodes) {
      throw BadInput(fmt::format("{}: the key '{}' is not a number of nodes from 1 to {}", where, key, nodes));
    }
    each.seconds = fields.positive(key);
    published.push_back(each);
  }
  return published;
}

}  // namespace

int Network::links(std::int64_t node, std::int64_t other) const {
  if (node == other) return 0;
  const std::int64_t router = node / nodes_per_router;
  const std::int64_t other_router = other / nodes_per_router;
  if (router == other_router) return 2;
  // Up, across and down; from group to group by way of the router that has the cable, in each of the two.
  return router / routers_per_group == other_router / routers_per_group ? 3 : 5;
}

MachineFacts read_machine(const std::string& path) {
  constexpr std::int64_t kMaxNodes = 1 << 20;
  constexpr std::int64_t kMaxCores = 1 << 12;
  Json json;
  if (const std::string fault = parse_json(text_of_file(path), json); !fault.empty()) {
    throw BadInput(fmt::format("the machine file {}: {}", path, fault));
  }
  Fields fields(json, path);
  MachineFacts facts;
  facts.name = fields.text("name");
  fields.text("source");
  facts.nodes = static_cast<int>(fields.count("nodes", kMaxNodes));
  facts.cores_per_node = static_cast<int>(fields.count("cores_per_node", kMaxCores));
  facts.isa = fields.text("isa");
  facts.clock_hz = fields.positive("clock_hz");
  facts.memory_bandwidth = fields.positive("memory_bytes_per_second_of_a_node");
  facts.cache_bytes_per_core = fields.count("cache_bytes_per_core", std::int64_t{1} << 40);
  facts.network = read_network(fields.take("network"), path + ": network");
  facts.published_bytes = fields.positive("published_allreduce_bytes");
  facts.published = read_published(fields.take("published_allreduce_seconds_by_nodes"),
                                   path + ": published_allreduce_seconds_by_nodes", facts.nodes);
  fields.end();
  return facts;
}

}  // namespace trafficbench::projection
