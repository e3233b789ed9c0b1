#include "drivers/measure/ceiling.hpp"

#include <algorithm>
#include <cmath>

namespace trafficbench {

namespace {

/// Registers of cells that a core updates in a cycle.
double registers_per_cycle(const BooleanRate& rate, const Work& work) {
  constexpr double kTwoOperandForm = 3;  // and, and-not, or
  if (rate.two_operand <= 0) return 0;
  const double ternary = std::max(rate.ternary_fresh, rate.ternary_shared);
  const double function = ternary + std::max(0.0, rate.two_operand - ternary) / kTwoOperandForm;
  return 1 / (1 / function + work.extra_operations / rate.two_operand);
}

std::optional<Limit> operations_limit(const Ceiling& ceiling, const Work& work, const LimitPoint& point) {
  if (work.register_bits_per_cell == 0) return std::nullopt;
  double cells_per_cycle = 0;
  for (const BooleanRate& rate : ceiling.boolean) {
    if (rate.isa != point.isa) continue;
    const double cells = static_cast<double>(rate.register_bits) / work.register_bits_per_cell;
    cells_per_cycle = std::max(cells_per_cycle, registers_per_cycle(rate, work) * cells);
  }
  if (cells_per_cycle <= 0) return std::nullopt;
  return Limit{std::string(point.isa) + " operations", cells_per_cycle * ceiling.clock_hz * point.cores};
}

/// The levels as measured for one core, or for all.
std::vector<Bandwidth> levels_of(const Ceiling& ceiling, bool all) {
  int threads = 1;
  for (const Bandwidth& level : ceiling.bandwidth) {
    threads = all ? std::max(threads, level.threads) : 1;
  }
  std::vector<Bandwidth> levels;
  for (const Bandwidth& level : ceiling.bandwidth) {
    if (level.threads == threads) levels.push_back(level);
  }
  return levels;
}

/// Bytes a second that `point.cores` cores get from that level.
double delivered(const Ceiling& ceiling, const Bandwidth& level, const LimitPoint& point) {
  const double best = std::max(level.read, level.update);
  if (point.cores == 1) return best;
  double together = best * std::max(1.0, static_cast<double>(point.cores) / level.threads);
  for (const Bandwidth& one : levels_of(ceiling, false)) {
    if (one.level != level.level) continue;
    together = std::min(together, std::max(one.read, one.update) * point.cores);
  }
  return together;
}

}  // namespace

std::int64_t road_bytes_per_core(const Variant& variant, std::int64_t cells_per_core) {
  return std::llround(std::ceil(static_cast<double>(cells_per_core) * variant.work.bits_per_cell / 8));
}

std::optional<Limit> limit_of(const Ceiling& ceiling, const Variant& variant, const LimitPoint& point) {
  if (variant.kernel_class == KernelClass::closed_form) return std::nullopt;
  const Work& work = variant.work;
  std::optional<Limit> lowest = operations_limit(ceiling, work, point);
  const auto consider = [&](const Bandwidth& level, double bytes) {
    const double best = delivered(ceiling, level, point);
    if (bytes <= 0 || best <= 0) return;
    if (lowest && lowest->cells_per_second <= best / bytes) return;
    lowest = Limit{level.level + " bandwidth", best / bytes};
  };

  const std::vector<Bandwidth> levels = levels_of(ceiling, point.cores > 1);
  if (levels.empty()) return lowest;
  const std::int64_t road_bytes = road_bytes_per_core(variant, point.cells_per_core);
  const auto road = std::ranges::find_if(
      levels, [&](const Bandwidth& level) { return level.capacity_bytes == 0 || road_bytes <= level.capacity_bytes; });
  const Bandwidth& road_level = road == levels.end() ? levels.back() : *road;
  const auto block = std::min(std::max<std::ptrdiff_t>(work.block_level - 1, 0), &road_level - levels.data());
  consider(levels[static_cast<std::size_t>(block)], work.bytes_per_update);
  consider(road_level, work.bytes_per_trip / static_cast<double>(std::max<std::int64_t>(work.iterations_per_trip, 1)));
  return lowest;
}

}  // namespace trafficbench
