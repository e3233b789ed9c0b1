// trafficbench list
#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

#include "drivers/base/json.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/command/commands.hpp"
#include "drivers/io/io_method.hpp"
#include "drivers/machine/energy_meter.hpp"
#include "drivers/machine/placement.hpp"
#include "drivers/report/row.hpp"
#include "kernels/isa.hpp"
#include "kernels/registry.hpp"

namespace trafficbench {

namespace {

/// A way for ranks to speak to each other, to place workers, or to write files.
struct Way {
  std::string_view name;
  std::string_view summary;
  std::string why_not;  ///< it cannot be had here; empty if it can
};

/// The meters of energy of the node that rank 0 is on.
std::vector<Way> energy_meters() {
  std::vector<Way> ways;
  for (const EnergyMeterKind& kind : energy_meter_kinds()) {
    ways.push_back({name_of(kind.source), kind.summary, kind.find(energy_root()).why_not});
  }
  return ways;
}

/// Collective: tries each.
std::vector<Way> exchanges(Communicator& world) {
  std::vector<Way> ways;
  for (const ExchangeMethod& method : exchange_methods()) {
    ways.push_back({method.name, method.summary, why_no_exchange(world, method)});
  }
  return ways;
}

std::vector<Way> reductions() {
  std::vector<Way> ways;
  for (const ReduceMethod& method : reduce_methods()) ways.push_back({method.name, method.summary, {}});
  return ways;
}

/// Collective: as this launch would place one thread a rank.
std::vector<Way> placements(Communicator& world) {
  std::vector<Way> ways;
  for (const PlacementPolicy& policy : placement_policies()) {
    ways.push_back({policy.name, policy.summary, why_no_placement(world, policy)});
  }
  return ways;
}

std::vector<Way> file_methods() {
  std::vector<Way> ways;
  for (const IoMethod& method : io_methods()) ways.push_back({method.name, method.summary, method.why_not()});
  return ways;
}

Json json_of(const std::vector<Way>& ways) {
  Json json = Json::array();
  for (const Way& way : ways) {
    json.push_back({{"name", way.name}, {"summary", way.summary}, {"available", way.why_not.empty()}});
    if (!way.why_not.empty()) json.back()["why_not"] = way.why_not;
  }
  return json;
}

std::string text_of(std::string_view title, const std::vector<Way>& ways) {
  std::string text = fmt::format("\n{}\n", title);
  for (const Way& way : ways) {
    text += fmt::format("{:<20} {}{}\n", way.name, way.summary,
                        way.why_not.empty() ? std::string() : fmt::format(" (not here: {})", way.why_not));
  }
  return text;
}

std::string json_of(KernelTable table, const std::vector<Way>& exchanges, const std::vector<Way>& placements) {
  Json kernels = Json::array();
  for (const Variant* variant : table) {
    for (const bool threaded : {false, true}) {
      kernels.push_back({{"name", threaded ? threaded_name(*variant) : std::string(variant->name)},
                         {"kernel", variant->name},
                         {"threads", threaded ? "2 or more" : "1"},
                         {"summary", variant->summary},
                         {"class", name_of(variant->kernel_class)},
                         {"isa", isa_of(*variant)},
                         {"rate_depends_on_steps", variant->rate_depends_on_steps},
                         {"available", true}});
    }
  }
  Json isas = Json::array();
  for (const Isa& isa : built_isas()) {
    isas.push_back({{"name", isa.name},
                    {"runs_here", isa.runs_here},
                    {"register_bits", isa.register_bits},
                    {"selected", isa.name == selected_isa()}});
  }
  return Json{{"kernels", kernels},
              {"isas", isas},
              {"exchange", json_of(exchanges)},
              {"reduce", json_of(reductions())},
              {"placement", json_of(placements)},
              {"io", json_of(file_methods())},
              {"energy", json_of(energy_meters())}}
             .dump(1) +
         "\n";
}

std::string text_of(KernelTable table, const std::vector<Way>& exchanges, const std::vector<Way>& placements) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "{:<20} {:<12} {:<11} {}\n", "kernel", "class", "isa", "what it is");
  for (const Variant* variant : table) {
    fmt::format_to(out, "{:<20} {:<12} {:<11} {}\n", variant->name, name_of(variant->kernel_class), isa_of(*variant),
                   variant->summary);
    fmt::format_to(out, "{:<20} {:<12} {:<11} {}\n", threaded_name(*variant), name_of(variant->kernel_class),
                   isa_of(*variant),
                   fmt::format("one such segment a thread; also {} with --threads 2 or more", variant->name));
  }
  fmt::format_to(out, "\n{:<20} {:<12} {}\n", "instruction set", "register", "");
  for (const Isa& isa : built_isas()) {
    const std::string width = isa.register_bits > 0 ? fmt::format("{} bit", isa.register_bits) : "scalable";
    fmt::format_to(out, "{:<20} {:<12} {}\n", isa.name, width,
                   !isa.runs_here               ? "built, but this CPU has not got it"
                   : isa.name == selected_isa() ? "in use"
                                                : "can be chosen with --isa");
  }
  return text + text_of("exchange", exchanges) + text_of("reduce", reductions()) + text_of("placement", placements) +
         text_of("io", file_methods()) + text_of("energy", energy_meters());
}

}  // namespace

Status list(Communicator& world, const ListOptions& options, KernelTable table) {
  const std::vector<Way> edges = exchanges(world);
  const std::vector<Way> places = placements(world);
  if (world.rank() != 0) return Status::done;
  print_out(options.json ? json_of(table, edges, places) : text_of(table, edges, places));
  return Status::done;
}

}  // namespace trafficbench
