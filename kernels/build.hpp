// How the kernels were compiled.
#pragma once

namespace trafficbench {

/// Whether the compiler was asked to optimise: -O1 or more, whatever the build's configuration is called.
bool built_with_optimisation();

}  // namespace trafficbench
