#include "drivers/measure/ceiling.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace trafficbench {

namespace {

/// A way to do the work for one register of cells.
struct Way {
  double ternary;  ///< operations of three operands
  double plain;    ///< of two
};

constexpr Way kUpdates[] = {{1, 0}, {0, 2}};
// Update, and for every second register the cells that changed and a full adder, in either form each.
constexpr Way kCountedUpdates[] = {{2, 0.5}, {1, 3}, {1, 2.5}, {0, 5}};

/// Registers that two ways side by side get out of a cycle with `slots` operations, of which `ternary` may be ternary.
double registers_by(const Way& one, const Way& other, double slots, double ternary) {
  const auto alone = [&](const Way& way) {
    const double by_slots = slots / (way.ternary + way.plain);
    return way.ternary > 0 ? std::min(by_slots, ternary / way.ternary) : by_slots;
  };
  double best = std::max(alone(one), alone(other));
  // Where both bounds are met at once.
  const double one_all = one.ternary + one.plain;
  const double other_all = other.ternary + other.plain;
  const double determinant = one_all * other.ternary - other_all * one.ternary;
  if (determinant != 0) {
    const double of_one = (slots * other.ternary - other_all * ternary) / determinant;
    const double of_other = (one_all * ternary - one.ternary * slots) / determinant;
    if (of_one >= 0 && of_other >= 0) best = std::max(best, of_one + of_other);
  }
  return best;
}

/// Registers of cells that a core updates in a cycle, and counts where each iteration is counted.
double registers_per_cycle(const BooleanRate& rate, const Work& work, CountingMode counting) {
  if (rate.two_operand <= 0) return 0;
  const double ternary = std::min(rate.two_operand, std::max(rate.ternary_fresh, rate.ternary_shared));
  const std::span<const Way> ways =
      counting == CountingMode::every ? std::span<const Way>(kCountedUpdates) : std::span<const Way>(kUpdates);
  double best = 0;
  for (const Way& one : ways) {
    for (const Way& other : ways) best = std::max(best, registers_by(one, other, rate.two_operand, ternary));
  }
  return 1 / (1 / best + work.extra_operations / rate.two_operand);
}

std::optional<Limit> operations_limit(const Ceiling& ceiling, const Work& work, const LimitPoint& point) {
  if (work.register_bits_per_cell == 0) return std::nullopt;
  double cells_per_cycle = 0;
  for (const BooleanRate& rate : ceiling.boolean) {
    if (rate.isa != point.isa) continue;
    const double cells = static_cast<double>(rate.register_bits) / work.register_bits_per_cell;
    cells_per_cycle = std::max(cells_per_cycle, registers_per_cycle(rate, work, point.counting) * cells);
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

Ceiling best_of(const Ceiling& one, const Ceiling& other) {
  Ceiling best = one;
  best.clock_hz = std::max(one.clock_hz, other.clock_hz);
  for (const BooleanRate& rate : other.boolean) {
    const auto same = std::ranges::find_if(best.boolean, [&](const BooleanRate& each) {
      return each.isa == rate.isa && each.register_bits == rate.register_bits;
    });
    if (same == best.boolean.end()) {
      best.boolean.push_back(rate);
      continue;
    }
    for (double BooleanRate::*kind : {&BooleanRate::two_operand, &BooleanRate::ternary_constant,
                                      &BooleanRate::ternary_fresh, &BooleanRate::ternary_shared}) {
      (*same).*kind = std::max((*same).*kind, rate.*kind);
    }
  }
  for (const Bandwidth& level : other.bandwidth) {
    const auto same = std::ranges::find_if(best.bandwidth, [&](const Bandwidth& each) {
      return each.level == level.level && each.threads == level.threads;
    });
    if (same == best.bandwidth.end()) {
      best.bandwidth.push_back(level);
      continue;
    }
    same->read = std::max(same->read, level.read);
    same->update = std::max(same->update, level.update);
  }
  return best;
}

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
