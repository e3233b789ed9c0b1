#include "drivers/report/point.hpp"

#include <fmt/format.h>

#include "drivers/base/numbers.hpp"
#include "drivers/base/utf8.hpp"
#include "drivers/machine/topology.hpp"
#include "drivers/machine/tuning.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

namespace {
std::string or_auto(std::int64_t number) { return number == 0 ? "auto" : format_count(number); }
}  // namespace

void Point::set_cells(ScalingMode mode, std::int64_t cells) {
  const bool weak = mode == ScalingMode::weak;
  road_cells = weak ? cells * workers() : cells;
  cells_per_core = weak ? std::optional(cells) : std::nullopt;
}

std::string row_name(const std::string& command, const Point& point) {
  std::string name = fmt::format(
      "{}/{}/cells:{}/ranks:{}/threads:{}/depth:{}/count:{}/steps:{}/mode:{}/density:{}/init:{}/seed:{}/isa:{}",
      command, point.variant->name, format_count(point.cells_asked_for()), point.ranks, point.threads,
      or_auto(point.depth), name_of(point.counting), or_auto(point.steps), name_of(point.mode()), point.start.density,
      one_line(point.start.init), point.start.seed, point.isa);
  for (const auto& [knob, value] : point.knobs) {
    if (value != 0) name += fmt::format("/{}:{}", knob, value);
  }
  if (point.wave != "auto") name += fmt::format("/wave:{}", point.wave);
  // One rank speaks to nobody, and one worker is placed in one way: see also row_of.
  const bool speaks = point.ranks > 1;
  const auto add = [&](bool is_asked_for, std::string_view axis, const auto& value) {
    if (is_asked_for) name += fmt::format("/{}:{}", axis, value);
  };
  add(speaks && point.exchange != &exchange_methods().front(), "exchange", point.exchange->name);
  add(speaks && point.overlap != Overlap::off, "overlap", name_of(point.overlap));
  add(speaks && point.reduce != &reduce_methods().front(), "reduce", point.reduce->name);
  add(point.workers() > 1 && point.placement != &placement_policies().front(), "placement", point.placement->name);
  add(speaks && point.ranks_per_node != 0, "ranks-per-node", point.ranks_per_node);
  return name;
}

SimulationSetup setup_of(const Point& point) {
  SimulationSetup setup;
  setup.variant = point.variant;
  setup.cells = point.road_cells;
  setup.threads = point.threads;
  setup.depth = point.depth;
  setup.exchange_seconds = point.exchange_seconds;
  setup.jump = point.steps;
  setup.counting = point.counting;
  setup.exchange = point.exchange;
  setup.reduce = point.reduce;
  setup.overlap = point.overlap;
  setup.tuning = tuning_for(this_machine(), point.workers());
  setup.tuning.knobs = point.knobs;
  return setup;
}

}  // namespace trafficbench
