// What later visits, and other launches, add to a row.
#pragma once

#include <string>

#include "drivers/report/row.hpp"

namespace trafficbench {

/// Appends the repetitions of `more`, a row of the same point, to those of `row`, and works the row's rate out anew.
/// Returns what stands against it, as in "has depth 4 in one and 8 in the other: --depth fixes it"; then nothing was
/// changed. A visit counts once.
std::string append_samples(Row& row, const Row& more);

}  // namespace trafficbench
