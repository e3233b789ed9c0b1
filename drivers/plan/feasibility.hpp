// Whether a point can be measured on this machine: memory and cores.
#pragma once

#include <cstdint>
#include <string>

#include "drivers/measure/visit.hpp"
#include "drivers/ranks/communicator.hpp"
#include "drivers/ranks/rank_groups.hpp"
#include "drivers/report/point.hpp"

namespace trafficbench {

/// Bytes that the point takes on the node where it takes most, all its ranks there together. Collective over its ranks.
double node_bytes(Communicator& comm, const Point& point);

/// Whether a packed copy of the start state can be kept beside the road, so that every repetition may begin from it:
/// worth an eighth of what is left, no more. Collective over the point's ranks.
bool can_restart(Communicator& comm, const Point& point);

/// Whether half of the nodes' memory holds the roads of all members at once, with the start states that they share.
/// Collective over the world.
bool roads_fit_together(Communicator& world, const RankGroups& ranks, const Group& group);

/// Why the point's road, and so many bytes more of each rank, do not fit into the memory of the nodes; empty if they
/// do. Collective over its ranks.
std::string why_no_memory(Communicator& comm, const Point& point, std::int64_t more_bytes = 0);

/// Why the point cannot overlap, if it is to; empty otherwise.
std::string why_no_overlap(const Point& point);

/// Why the point cannot be measured at the depth that it has, for want of cells or memory; empty if it can. Collective
/// over its ranks.
std::string why_too_deep(Communicator& comm, const Point& point);

/// Why the point cannot be measured, for want of memory, cores or threads; empty if it can. Collective over its ranks.
std::string why_not(Communicator& comm, const Point& point, bool oversubscribe);

}  // namespace trafficbench
