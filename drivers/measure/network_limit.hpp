// The limit of a road that is spread over ranks: its kernel's, and what they have to tell each other.
#pragma once

#include <cstdint>
#include <optional>

#include "drivers/measure/ceiling.hpp"
#include "drivers/measure/network.hpp"
#include "drivers/report/point.hpp"

namespace trafficbench {

/// The limit of `point` on so many nodes at that depth. In `depth` iterations the kernel takes what `kernel` allows;
/// edges take at least as long as the quickest measured way, a message between the two ranks of a ping-pong or an
/// exchange with both neighbours; and sums as long as their allreduce. What a way hides behind other work counts only
/// as far as it is longer than that. The limit is named by what takes more, the kernel or the network. `kernel` itself
/// on one rank, and where the network was not measured.
std::optional<Limit> limit_with_network(const std::optional<Limit>& kernel, const Network& network, const Point& point,
                                        int nodes, std::int64_t depth);

}  // namespace trafficbench
