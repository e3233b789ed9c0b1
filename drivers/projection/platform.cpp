#include "drivers/projection/platform.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace trafficbench::projection {

std::string platform_xml(const MachineFacts& facts, const Layout& layout) {
  const Network& network = facts.network;
  const std::int64_t a_group = std::int64_t{network.nodes_per_router} * network.routers_per_group;
  // SimGrid's dragonfly has at least two groups. Cables are never short here: one between two routers is one link.
  const std::int64_t groups = std::max<std::int64_t>(2, (layout.nodes() + a_group - 1) / a_group);
  return fmt::format(
      "<?xml version='1.0'?>\n"
      "<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
      "<platform version=\"4.1\">\n"
      "  <!-- {}: written by trafficbench-model -->\n"
      "  <zone id=\"world\" routing=\"Full\">\n"
      "    <cluster id=\"machine\" prefix=\"node\" suffix=\"\" radical=\"0-{}\" core=\"{}\" speed=\"1Gf\"\n"
      "             bw=\"{}Bps\" lat=\"{}s\" loopback_bw=\"{}Bps\" loopback_lat=\"{}s\"\n"
      "             topology=\"DRAGONFLY\" topo_parameters=\"{},1;1,1;{},1;{}\">\n"
      "      <prop id=\"ranks_per_node\" value=\"{}\"/>\n"
      "    </cluster>\n"
      "  </zone>\n"
      "</platform>\n",
      facts.name, groups * a_group - 1, facts.cores_per_node, network.bandwidth_between_nodes, network.latency_per_link,
      network.bandwidth_on_node, network.latency_on_node, groups, network.routers_per_group, network.nodes_per_router,
      layout.ranks_per_node);
}

std::string host_file(const Layout& layout) {
  std::string text;
  for (std::int64_t node = 0; node < layout.nodes(); ++node) {
    text += fmt::format("node{}:{}\n", node, layout.ranks_per_node);
  }
  return text;
}

}  // namespace trafficbench::projection
