// platform: the machine as SimGrid reads it, and how far its network is from what is published.
#include <fmt/format.h>

#include "drivers/base/new_file.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/command/model_commands.hpp"
#include "drivers/projection/measured_network.hpp"
#include "drivers/projection/platform.hpp"

namespace trafficbench::projection {

namespace {

/// Replaces what is there: scripts/simulate.sh writes both files anew each time.
void write(const std::string& path, const std::string& text) {
  check_free(path, true);
  write_new_file(path, true, text);
}

}  // namespace

Status write_platform(const PlatformOptions& options) {
  const MachineFacts facts = read_machine(options.machine, options.network);
  const Layout layout{options.ranks.number, ranks_on_a_node(facts, options.ranks_per_node)};
  check_count(layout.ranks, "ranks", 1, std::int64_t{facts.nodes} * layout.ranks_per_node);
  if (!options.prefix.empty()) {
    write(options.prefix + ".xml", platform_xml(facts, layout));
    write(options.prefix + ".hosts", host_file(layout));
    return Status::done;
  }
  print_out(fmt::format("Allreduce of {} bytes on {}, one rank per core\n   nodes   published us   modelled us\n",
                        facts.published_bytes, facts.name));
  for (const PublishedAllreduce& each : facts.published) {
    const Layout full{std::int64_t{each.nodes} * facts.cores_per_node, facts.cores_per_node};
    const double seconds = allreduce_seconds(facts.network, full, facts.published_bytes);
    print_out(fmt::format("{:>8} {:>14.1f} {:>13.1f}  {:+.0f}%\n", each.nodes, 1e6 * each.seconds, 1e6 * seconds,
                          100 * (seconds / each.seconds - 1)));
  }
  return Status::done;
}

}  // namespace trafficbench::projection
