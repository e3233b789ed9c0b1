#include "drivers/command/knobs.hpp"

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "drivers/base/numbers.hpp"
#include "drivers/command/typed_options.hpp"

namespace trafficbench {

namespace {

/// A knob, and the kernels that have it.
struct SharedKnob {
  Knob knob;
  std::vector<std::string> kernels;
};

std::map<std::string, SharedKnob> knobs_of(KernelTable table) {
  std::map<std::string, SharedKnob> knobs;
  for (const Variant* variant : table) {
    for (const Knob& knob : variant->knobs) {
      SharedKnob& shared = knobs.try_emplace(std::string(knob.name), SharedKnob{knob, {}}).first->second;
      shared.kernels.emplace_back(variant->name);
    }
  }
  return knobs;
}

}  // namespace

void add_knobs(CLI::App& app, KernelTable table, KnobOptions& knobs) {
  for (const auto& [name, shared] : knobs_of(table)) {
    KnobOption& option = knobs[name];
    const std::string description =
        fmt::format("{} of the kernel{} {}; auto: {}", shared.knob.summary, shared.kernels.size() > 1 ? "s" : "",
                    fmt::join(shared.kernels, ", "), shared.knob.automatic);
    add_reader(app, name, description,
               [&option, what = name, max = shared.knob.max](const std::string& text) {
                 option = {text, text == "auto" ? 0 : parse_count(text, what, 1, max)};
               })
        ->type_name("COUNT")
        ->default_str(option.text);
  }
}

}  // namespace trafficbench
