// The nodes of a report, each against the others, from what its visits say of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drivers/base/json.hpp"
#include "drivers/report/visits.hpp"

namespace trafficbench {

/// An entry of context.nodes.
struct ReportNode {
  std::string host;
  std::int64_t ranks = 0;  ///< there, at most of all visits
  OverVisits ratio;        ///< seconds in the kernel over the median of all nodes of a visit
  std::size_t visits = 0;  ///< that the ratio is over
};

/// All that visits of these launches (context.runs) have a ratio of, by name: nodes of one name are one. Empty where no
/// point was measured on two nodes or more.
std::vector<ReportNode> nodes_of(const std::vector<Json>& launches);

Json to_json(const ReportNode& node);

/// What is wrong with an entry; empty if nothing.
std::string fault_of_node(const Json& node);

/// One line on the nodes that take over 5% longer than the others, without its end; empty if none does. One whose
/// interval holds 1 may be slow by chance, and is not named.
std::string slow_nodes_warning(const std::vector<ReportNode>& nodes);

}  // namespace trafficbench
