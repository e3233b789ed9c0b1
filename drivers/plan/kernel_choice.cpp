#include "drivers/plan/kernel_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/numbers.hpp"
#include "kernels/isa.hpp"
#include "kernels/registry.hpp"

namespace trafficbench {

std::string KernelChoice::name() const { return threaded ? threaded_name(*variant) : std::string(variant->name); }

KernelChoice KernelName::choose(KernelTable table, bool ternary) const {
  if (text == "auto") {
    if (const Variant* fastest = fastest_of(table, ternary)) return {.variant = fastest};
  }
  std::string names;
  for (const Variant* variant : table) {
    if (text == variant->name) return {.variant = variant};
    if (text == threaded_name(*variant)) return {.variant = variant, .threaded = true};
    names += fmt::format("{}, ", variant->name);
  }
  throw BadInput(fmt::format("kernel '{}' is unknown: it is auto, or one of {}with or without +threads", text, names));
}

KernelNames::KernelNames(std::string_view written, std::string_view what) : text(written) {
  for (const std::string& name : parse_names(written, what)) names.emplace_back(name);
}

std::vector<KernelChoice> KernelNames::choose(KernelTable table, bool ternary) const {
  std::vector<KernelChoice> kernels;
  const auto add = [&](const KernelChoice& kernel) {
    const auto same = std::ranges::find(kernels, kernel.variant, &KernelChoice::variant);
    if (same == kernels.end()) {
      kernels.push_back(kernel);
    } else {
      same->threaded = same->threaded && kernel.threaded;
    }
  };
  for (const KernelName& name : names) {
    if (name.text == "all") {
      for (const Variant* variant : table) add({.variant = variant});
    } else {
      add(name.choose(table, ternary));
    }
  }
  return kernels;
}

void refuse_one_thread(const KernelChoice& kernel, std::string_view reason) {
  throw BadInput(fmt::format("kernel {} needs two threads or more, and {}: write --threads 2, or {} alone",
                             kernel.name(), reason, kernel.variant->name));
}

void use_isa(const std::string& name) {
  try {
    select_isa(name);
  } catch (const std::invalid_argument& error) {
    throw BadInput(error.what());
  }
}

bool ternary_everywhere(Communicator& world) { return world.all(has_ternary_logic()); }

std::string use_waves(Communicator& world, const std::string& name) {
  std::string chosen = name;
  together(world, [&] {
    if (world.rank() != 0) return;
    if (name == "auto") {
      chosen = chosen_waves();
    } else if (!choose_waves(name)) {
      throw BadInput(fmt::format("wave '{}' is none of this build and instruction set; the fastest here is {}", name,
                                 chosen_waves()));
    }
  });
  chosen = text_of_rank_0(world, chosen);
  static_cast<void>(choose_waves(chosen));
  return chosen;
}

}  // namespace trafficbench
