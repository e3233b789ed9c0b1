// A segment that holds no cells: it only takes the time that the kernel would.
#pragma once

#include <functional>

#include "kernels/variant.hpp"

namespace trafficbench::projection {

/// Lets a call of advance(k) pass on a segment of `cells` cells that was shown a halo of `halo` cells.
using PassTime = std::function<void(std::int64_t cells, std::int64_t halo, std::int64_t k)>;

/// What modelled segments do from now on; all of one process alike.
void set_pass_time(PassTime pass_time);

/// `variant` as a simulation sees it, the depth it would choose included, with such segments. Nobody moves on them.
Variant modelled(const Variant& variant);

}  // namespace trafficbench::projection
