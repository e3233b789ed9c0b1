// One combination of everything that a sweep varies.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "drivers/machine/placement_policy.hpp"
#include "drivers/ranks/rank_groups.hpp"
#include "drivers/report/scaling_mode.hpp"
#include "drivers/road/counting_mode.hpp"
#include "drivers/road/overlap.hpp"
#include "drivers/road/simulation.hpp"
#include "drivers/road/start.hpp"
#include "kernels/variant.hpp"

namespace trafficbench {

/// As requested; what came of it stands in the row.
struct Point {
  const Variant* variant = nullptr;
  std::int64_t road_cells = 0;                 ///< of the whole road
  std::optional<std::int64_t> cells_per_core;  ///< in a weak sweep: what was asked for, of which road_cells comes
  int ranks = 1;
  int threads = 1;
  CountingMode counting = CountingMode::every;
  std::int64_t depth = 0;       ///< 0: auto
  double exchange_seconds = 0;  ///< what auto goes by: cost_of_exchange; 0: not measured
  std::int64_t steps = 0;       ///< iterations in one repetition; 0: chosen so that it lasts long enough
  StartOptions start;
  std::string isa = "auto";
  std::string wave = "auto";  ///< the inner loops of the bit-sliced variants
  const ExchangeMethod* exchange = &exchange_methods().front();
  Overlap overlap = Overlap::off;
  const ReduceMethod* reduce = &reduce_methods().front();
  const PlacementPolicy* placement = &placement_policies().front();
  int ranks_per_node = 0;  ///< 0: auto, the first ranks of the launch
  KnobValues knobs;        ///< those that are set

  int workers() const { return ranks * threads; }
  RankSelection selection() const { return {ranks, ranks == 1 ? 0 : ranks_per_node}; }
  ScalingMode mode() const { return cells_per_core ? ScalingMode::weak : ScalingMode::strong; }

  /// Cells of the road, or in a weak sweep of each core: what points of different shapes have in common.
  std::int64_t cells_asked_for() const { return cells_per_core.value_or(road_cells); }

  /// Gives the point a road of `cells` cells, or in weak scaling of as many for each core: after ranks and threads.
  void set_cells(ScalingMode mode, std::int64_t cells);
};

/// Spells every requested axis, stable between runs: sweep/tiled/cells:1e9/ranks:2/threads:1/...
std::string row_name(const std::string& command, const Point& point);

/// The simulation that a point asks for, with what this machine's caches say.
SimulationSetup setup_of(const Point& point);

}  // namespace trafficbench
