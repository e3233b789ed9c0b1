// trafficbench list
#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

#include "drivers/base/json.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/command/commands.hpp"
#include "drivers/report/row.hpp"
#include "kernels/isa.hpp"
#include "kernels/registry.hpp"

namespace trafficbench {

namespace {

std::string json_of(KernelTable table) {
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
  return Json{{"kernels", kernels}, {"isas", isas}}.dump(1) + "\n";
}

std::string text_of(KernelTable table) {
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
  return text;
}

}  // namespace

Status list(Communicator& world, const ListOptions& options, KernelTable table) {
  if (world.rank() != 0) return Status::done;
  print_out(options.json ? json_of(table) : text_of(table));
  return Status::done;
}

}  // namespace trafficbench
