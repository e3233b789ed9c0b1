// How long a kernel takes, from the rows of a measured report.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "drivers/projection/machine_facts.hpp"
#include "drivers/report/row.hpp"
#include "drivers/road/simulation.hpp"
#include "kernels/variant.hpp"

namespace trafficbench::projection {

/// Cells that k iterations update on a segment of `cells` cells that was shown a halo of `halo` >= k cells on each
/// side: in each iteration its own, and those of the halo that are still good.
double updates(std::int64_t cells, std::int64_t halo, std::int64_t k);

/// Clock cycles of one core for one update, measured on one core over roads of several lengths and at several depths;
/// what lies between is interpolated on logarithmic scales. The local part of each exchange, copying the edges, is in
/// it.
class KernelTime {
 public:
  /// Takes every verified row of that kernel, counting mode and instruction set on one core. Throws BadInput if there
  /// is none. `path` is that of the rows' report, for the message.
  KernelTime(std::span<const Row> rows, const std::string& path, const Variant& variant, CountingMode counting,
             const std::string& isa);

  /// Cycles of one call of advance(k). Beyond the longest road and the greatest depth measured the cycles of an update
  /// stay what they were there; a road shorter than the shortest takes no less time than that one.
  double cycles(std::int64_t cells, std::int64_t halo, std::int64_t k) const;

  std::int64_t shortest() const { return table_.begin()->first; }
  std::int64_t longest() const { return table_.rbegin()->first; }

 private:
  using Depths = std::map<std::int64_t, double>;  // depth: cycles of an update

  std::map<std::int64_t, Depths> table_;  // by cells
};

/// Seconds of advance(k) for each of `ranks_on_node` ranks of a node that do the same: the kernel's cycles at the
/// machine's clock, or what the node's memory needs, whichever is longer.
double advance_seconds(const KernelTime& kernel, const Variant& variant, const MachineFacts& facts, int ranks_on_node,
                       std::int64_t cells, std::int64_t halo, std::int64_t k);

}  // namespace trafficbench::projection
