#include "drivers/projection/kernel_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/known.hpp"

namespace trafficbench::projection {

namespace {

/// Interpolates between the entries of a map on logarithmic scales; beyond its ends the last value holds.
template <typename Map, typename Value>
double interpolate(const Map& map, std::int64_t at, const Value& value) {
  const auto above = map.lower_bound(at);
  if (above == map.end()) return value(map.rbegin()->second);
  if (above == map.begin() || above->first == at) return value(above->second);
  const auto below = std::prev(above);
  const double part = std::log(static_cast<double>(at) / static_cast<double>(below->first)) /
                      std::log(static_cast<double>(above->first) / static_cast<double>(below->first));
  return std::exp((1 - part) * std::log(value(below->second)) + part * std::log(value(above->second)));
}

}  // namespace

double updates(std::int64_t cells, std::int64_t halo, std::int64_t k) {
  const auto n = static_cast<double>(cells);
  const auto h = static_cast<double>(halo);
  const auto iterations = static_cast<double>(k);
  return n * iterations + 2 * h * iterations - iterations * (iterations + 1);
}

KernelTime::KernelTime(std::span<const Row> rows, const std::string& path, const Variant& variant,
                       CountingMode counting, const std::string& isa) {
  for (const Row& row : rows) {
    if (row.origin != Origin::measured || row.kernel != variant.name || row.count != counting || row.verified != true ||
        row.isa != isa || row.workers() != 1 || !row.steps || !row.depth || !row.real_time_ns || !row.clock_hz) {
      continue;
    }
    const std::int64_t cells = row.cells;
    const std::int64_t steps = known(row.steps);
    const std::int64_t depth = known(row.depth);
    const std::int64_t rest = steps % depth;
    const std::int64_t periods = steps / depth;
    const double updated =
        static_cast<double>(periods) * updates(cells, depth, depth) + (rest > 0 ? updates(cells, depth, rest) : 0);
    const double cycles = known(row.real_time_ns) * 1e-9 * static_cast<double>(steps) * known(row.clock_hz) / updated;
    // A point that was measured twice, by two launches: the faster one was disturbed less.
    const auto [entry, fresh] = table_[cells].try_emplace(std::min(depth, steps), cycles);
    if (!fresh) entry->second = std::min(entry->second, cycles);
  }
  if (table_.empty()) {
    throw BadInput(fmt::format(
        "{} has no verified row of kernel {} with {} on one core, counting mode {}: measure some, trafficbench sweep "
        "--kernels {} --isa {} --ranks 1 --threads 1 --cells 2500,1e4:1e8:x10 --depth 1:1024:x4,2500",
        path, variant.name, isa, name_of(counting), variant.name, isa));
  }
}

double KernelTime::cycles(std::int64_t cells, std::int64_t halo, std::int64_t k) const {
  const std::int64_t measured = std::max(cells, shortest());
  const double each = interpolate(table_, measured, [&](const Depths& depths) {
    return interpolate(depths, k, [](double cycles_of_update) { return cycles_of_update; });
  });
  return each * updates(measured, halo, k);
}

double advance_seconds(const KernelTime& kernel, const Variant& variant, const MachineFacts& facts, int ranks_on_node,
                       std::int64_t cells, std::int64_t halo, std::int64_t k) {
  const double compute = kernel.cycles(cells, halo, k) / facts.clock_hz;
  const Work& work = variant.work;
  const auto own = static_cast<double>(cells);
  if (own * work.bits_per_cell / 8 <= static_cast<double>(facts.cache_bytes_per_core)) return compute;
  const std::int64_t a_trip = std::max<std::int64_t>(work.iterations_per_trip, 1);
  const std::int64_t trips = (k + a_trip - 1) / a_trip;
  return std::max(compute,
                  static_cast<double>(trips) * work.bytes_per_trip * own * ranks_on_node / facts.memory_bandwidth);
}

}  // namespace trafficbench::projection
