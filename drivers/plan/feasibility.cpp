#include "drivers/plan/feasibility.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "drivers/machine/memory.hpp"
#include "drivers/machine/placement.hpp"
#include "kernels/bits.hpp"

namespace trafficbench {

namespace {

/// Of one rank's block, packed.
double block_bytes(const Point& point) {
  return static_cast<double>(words_for((point.road_cells + point.ranks - 1) / point.ranks)) * 8;
}

}  // namespace

double node_bytes(Communicator& comm, const Point& point) {
  // The closed form that verifies slides over twice as many cells as iterations, 16 bytes each, for every thread.
  const double closed_form = 32.0 * static_cast<double>(std::min(point.steps, point.road_cells / 2)) * point.threads;
  const double each = static_cast<double>(Simulation::bytes(setup_of(point), point.ranks)) +
                      (is_stream(point.start) ? block_bytes(point) : 0.0) + closed_form;
  return each * comm.max_of(comm.node_size());
}

bool can_restart(Communicator& comm, const Point& point) {
  return is_stream(point.start) || block_bytes(point) * comm.max_of(comm.node_size()) < min_available_memory(comm) / 8;
}

bool roads_fit_together(Communicator& world, const RankGroups& ranks, const Group& group) {
  double bytes = 0;
  std::set<std::pair<RankSelection, std::int64_t>> held;  // start states, by ranks and cells
  for (const Group::Member& member : group.members) {
    const Point& point = member.point;
    const bool is_first = held.emplace(point.selection(), point.road_cells).second;
    double own = 0;
    if (Communicator* comm = ranks.of(point.selection())) {
      own = node_bytes(*comm, point);
      if (is_first) own += block_bytes(point) * comm->node_size();
    }
    bytes += world.max_of(own);
  }
  return 2 * bytes < min_available_memory(world);
}

std::string why_no_memory(Communicator& comm, const Point& point, std::int64_t more_bytes) {
  const double more = comm.max_of(static_cast<double>(more_bytes) * comm.node_size());
  if (const double bytes = node_bytes(comm, point) + more, available = min_available_memory(comm); bytes > available) {
    return fmt::format("a road of {} cells takes {:.1f} GiB of a node's memory with {}, and {:.1f} GiB are available",
                       point.road_cells, bytes / 0x1p30, point.variant->name, available / 0x1p30);
  }
  return {};
}

std::string why_no_overlap(const Point& point) {
  return point.overlap == Overlap::on ? Simulation::why_no_overlap(setup_of(point), point.ranks) : std::string();
}

std::string why_too_deep(Communicator& comm, const Point& point) {
  if (std::string reason = why_no_overlap(point); !reason.empty()) return reason;
  return why_no_memory(comm, point);
}

std::string why_not(Communicator& comm, const Point& point, bool oversubscribe) {
  if (std::string reason = why_too_deep(comm, point); !reason.empty()) return reason;
  Placing placing = bind_workers(comm, point.threads, oversubscribe, *point.placement);
  if (!placing.refusal.empty()) return std::move(placing.refusal);
  if (!oversubscribe && !placing.shortage.empty()) return std::move(placing.shortage);
  return why_no_threads(comm, point.threads);
}

}  // namespace trafficbench
