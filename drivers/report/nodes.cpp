#include "drivers/report/nodes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "drivers/base/numbers.hpp"
#include "drivers/report/parts.hpp"
#include "drivers/report/values.hpp"

namespace trafficbench {

namespace {

// scripts/trafficbench_tools/report/nodes.py has the same.
constexpr double kSlow = 1.05;

bool is_interval_over_or_null(const Json& value) {
  return value.is_null() || (value.is_string() && named<IntervalOver>(value.get_ref<const std::string&>()));
}

constexpr Part kNode[] = {{"host", is_text},
                          {"ranks", is_shape},
                          {"kernel_ratio", is_positive},
                          {"kernel_ratio_low", is_positive_or_null},
                          {"kernel_ratio_high", is_positive_or_null},
                          {"interval_over", is_interval_over_or_null},
                          {"visits", is_count}};

}  // namespace

std::vector<ReportNode> nodes_of(const std::vector<Json>& launches) {
  struct Seen {
    std::int64_t ranks = 0;
    std::vector<VisitValue> ratios;
  };
  std::map<std::string, Seen> seen;
  for (std::size_t run = 0; run < launches.size(); ++run) {
    std::int64_t number = 0;
    for (const Json& visit : launches[run].value("visits", Json::array())) {
      for (const Json& node : visit["nodes"]) {
        if (!node.contains("kernel_ratio")) continue;
        Seen& of_node = seen[node["host"].get<std::string>()];
        of_node.ranks = std::max(of_node.ranks, node["ranks"].get<std::int64_t>());
        of_node.ratios.push_back({run, number, node["kernel_ratio"].get<double>()});
      }
      ++number;
    }
  }
  std::vector<ReportNode> nodes;
  if (seen.size() < 2) return nodes;
  for (const auto& [host, node] : seen) {
    nodes.push_back({host, node.ranks, over_visits(node.ratios), node.ratios.size()});
  }
  return nodes;
}

Json to_json(const ReportNode& node) {
  const auto& interval = node.ratio.interval;
  return {{"host", node.host},
          {"ranks", node.ranks},
          {"kernel_ratio", node.ratio.value},
          {"kernel_ratio_low", interval ? Json(interval->low) : Json()},
          {"kernel_ratio_high", interval ? Json(interval->high) : Json()},
          {"interval_over", node.ratio.over ? Json(name_of(*node.ratio.over)) : Json()},
          {"visits", node.visits}};
}

std::string fault_of_node(const Json& node) {
  if (std::string fault = fault_of(node, kNode); !fault.empty()) return fault;
  const Json& low = node["kernel_ratio_low"];
  const Json& high = node["kernel_ratio_high"];
  if (low.is_null() != high.is_null() || low.is_null() != node["interval_over"].is_null()) {
    return "has a part of an interval";
  }
  const Json& ratio = node["kernel_ratio"];
  if (!low.is_null() && (low > ratio || ratio > high)) {
    return "has not kernel_ratio_low <= kernel_ratio <= kernel_ratio_high";
  }
  return {};
}

std::string slow_nodes_warning(const std::vector<ReportNode>& nodes) {
  // One that noise may have made slow is not named.
  const auto is_slow = [](const ReportNode& node) {
    return node.ratio.value > kSlow && (!node.ratio.interval || node.ratio.interval->low > 1);
  };
  const ReportNode* worst = nullptr;
  int slow = 0;
  for (const ReportNode& node : nodes) {
    if (!is_slow(node)) continue;
    ++slow;
    if (worst == nullptr || node.ratio.value > worst->ratio.value) worst = &node;
  }
  if (worst == nullptr) return {};
  std::string text = fmt::format("node {} took {:.1f}% longer than the median of {} nodes in the kernel (median of {})",
                                 worst->host, 100 * (worst->ratio.value - 1), nodes.size(),
                                 counted(static_cast<std::size_t>(worst->visits), "visit"));
  if (slow > 1) text += fmt::format(", and {} more over {:.0f}% longer", slow - 1, 100 * (kSlow - 1));
  return text;
}

}  // namespace trafficbench
