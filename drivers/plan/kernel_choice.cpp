#include "drivers/plan/kernel_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/utf8.hpp"
#include "drivers/machine/kept_choices.hpp"
#include "drivers/machine/topology.hpp"
#include "kernels/isa.hpp"
#include "kernels/registry.hpp"
#include "version_info.hpp"

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
  throw BadInput(
      fmt::format("kernel '{}' is unknown: it is auto, or one of {}with or without +threads", echoed(text), names));
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

namespace {

/// What a race depends on.
std::string waves_key() {
  return fmt::format("waves of {} {}, {}; {}, {} {}", this_machine().cpu_model, cpu_revision(), selected_isa(), kCommit,
                     kCompiler, kFlags);
}

ChosenWaves find_waves(bool retune) {
  const std::string path = kept_choices_path();
  const std::string key = valid_utf8(waves_key());
  const auto kept = retune ? std::nullopt : kept_choice(key);
  if (kept && choose_waves(*kept)) return {*kept, fmt::format("kept in {}", path)};
  const std::string raced = chosen_waves();
  return {raced, keep_choice(key, raced) ? fmt::format("a race, kept in {}", path) : "a race"};
}

}  // namespace

ChosenWaves use_waves(Communicator& world, const std::string& name, bool retune) {
  ChosenWaves chosen{name, "--wave"};
  together(world, [&] {
    if (world.rank() != 0) return;
    if (name == "auto") {
      chosen = find_waves(retune);
    } else if (!choose_waves(name)) {
      throw BadInput(fmt::format("wave '{}' is none of this build and instruction set; the fastest here is {}",
                                 echoed(name), chosen_waves()));
    }
  });
  chosen.name = text_of_rank_0(world, chosen.name);
  static_cast<void>(choose_waves(chosen.name));
  return chosen;
}

}  // namespace trafficbench
