#include "drivers/machine/whole_nodes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "drivers/machine/control_groups.hpp"
#include "drivers/machine/topology.hpp"

namespace trafficbench {

namespace {

ShareOfNode own_share(const std::filesystem::path& root) {
  const Machine& machine = this_machine();
  ShareOfNode share{.host = host_name(), .cores = {}, .node_cores = machine.cores, .quota = 0};
  for (const Core& core : machine.allowed_cores) share.cores.push_back(core.number);
  for (const CpuQuota& quota : read_control_groups(root).cpu_quotas) {
    share.quota = share.quota == 0 ? quota.cpus : std::min(share.quota, quota.cpus);
  }
  return share;
}

std::string to_text(const ShareOfNode& share) {
  return fmt::format("{} {} {}\n{}", share.node_cores, share.quota, fmt::join(share.cores, " "), share.host);
}

ShareOfNode from_text(const std::string& text) {
  const auto end = text.find('\n');
  std::istringstream numbers(text.substr(0, end));
  ShareOfNode share;
  numbers >> share.node_cores >> share.quota;
  for (int core = 0; numbers >> core;) share.cores.push_back(core);
  share.host = text.substr(end + 1);
  return share;
}

}  // namespace

std::string why_not_whole_nodes(const std::vector<ShareOfNode>& ranks) {
  struct Node {
    std::set<int> cores;
    int all = 0;
    double quota = 0;
  };
  std::map<std::string, Node> nodes;
  for (const ShareOfNode& rank : ranks) {
    Node& node = nodes[rank.host];
    node.cores.insert(rank.cores.begin(), rank.cores.end());
    node.all = rank.node_cores;
    if (rank.quota > 0) node.quota = node.quota == 0 ? rank.quota : std::min(node.quota, rank.quota);
  }
  for (const auto& [host, node] : nodes) {
    if (std::cmp_less(node.cores.size(), node.all)) {
      return fmt::format("this launch may use {} of the {} cores of {}", node.cores.size(), node.all, host);
    }
    if (node.quota > 0 && node.quota < node.all) {
      return fmt::format("a CPU quota leaves this launch {:g} of the {} cores of {}", node.quota, node.all, host);
    }
  }
  return {};
}

std::string why_not_whole_nodes(Communicator& world, const std::filesystem::path& root) {
  std::vector<ShareOfNode> ranks;
  for (const std::string& text : world.gather(to_text(own_share(root)))) ranks.push_back(from_text(text));
  return text_of_rank_0(world, why_not_whole_nodes(ranks));
}

}  // namespace trafficbench
