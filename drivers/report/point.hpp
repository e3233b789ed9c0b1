// One combination of everything that a sweep varies.
#pragma once

#include <cstdint>
#include <string>

#include "drivers/road/simulation.hpp"
#include "drivers/road/start.hpp"
#include "kernels/variant.hpp"

namespace trafficbench {

/// As requested; what came of it stands in the row.
struct Point {
  const Variant* variant = nullptr;
  std::int64_t cells = 0;  ///< of the whole road; in a weak sweep, of each core
  int ranks = 1;
  int threads = 1;
  bool weak = false;
  Counting counting = Counting::every;
  std::int64_t depth = 0;  ///< 0: auto
  std::int64_t steps = 0;  ///< iterations in one repetition; 0: chosen so that it lasts long enough
  StartOptions start;
  std::string isa = "auto";
  std::int64_t tile_words = 0;  ///< 0: auto

  int workers() const { return ranks * threads; }

  /// Cells of the whole road.
  std::int64_t road_cells() const { return weak ? cells * workers() : cells; }
};

/// "every" or "sampled".
const char* name_of(Counting counting);

/// "update" or "closed-form".
const char* name_of(KernelClass kernel_class);

/// Spells every requested axis, stable between runs: sweep/tiled/cells:1e9/ranks:2/threads:1/...
std::string row_name(const std::string& command, const Point& point);

/// The simulation that a point asks for, with what this machine's caches say.
SimulationSetup setup_of(const Point& point);

}  // namespace trafficbench
