// The options that set the kernels' knobs: the kernel table says which there are. For the files that declare options
// only.
#pragma once

#include <CLI/CLI.hpp>

#include "drivers/plan/kernel_choice.hpp"
#include "drivers/plan/knob_options.hpp"

namespace trafficbench {

/// An option --<name> for every knob of the table. `knobs` gets an entry for each; what stands there is the default.
void add_knobs(CLI::App& app, KernelTable table, KnobOptions& knobs);

}  // namespace trafficbench
