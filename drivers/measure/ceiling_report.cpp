#include "drivers/measure/ceiling_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace trafficbench {

namespace {

nlohmann::json rate_or_null(double rate) { return rate > 0 ? nlohmann::json(rate) : nlohmann::json(nullptr); }

std::string rate_or_dash(double rate) { return rate > 0 ? fmt::format("{:.2f}", rate) : "-"; }

std::string bytes_text(std::int64_t bytes) {
  return bytes >= (1 << 20) ? fmt::format("{} MiB", bytes >> 20) : fmt::format("{} KiB", bytes >> 10);
}

}  // namespace

nlohmann::json to_json(const Ceiling& ceiling) {
  nlohmann::json limits;
  limits["clock"] = {{"value", ceiling.clock_hz}, {"unit", "Hz"}};
  for (const BooleanRate& rate : ceiling.boolean) {
    std::string name = rate.isa + " operations";
    // A target with registers of two lengths has the longer ones first.
    if (limits.contains(name)) name += fmt::format(", {} bit", rate.register_bits);
    limits[name] = {{"value", rate.two_operand},
                    {"unit", "boolean operations of two operands per cycle and core"},
                    {"register_bits", rate.register_bits},
                    {"ternary_constant", rate_or_null(rate.ternary_constant)},
                    {"ternary_fresh", rate_or_null(rate.ternary_fresh)},
                    {"ternary_shared", rate_or_null(rate.ternary_shared)}};
  }
  // Of a level measured for one core and for all, all come last and stay.
  for (const Bandwidth& level : ceiling.bandwidth) {
    nlohmann::json& entry = limits[level.level + " bandwidth"];
    const double best = std::max(level.read, level.update);
    if (!entry.contains("one_core")) entry["one_core"] = best;
    entry["value"] = best;
    entry["unit"] = "bytes per second of all cores together";
    entry["cores"] = level.threads;
    entry["read"] = level.read;
    entry["update"] = level.update;
    entry["capacity_bytes"] = level.capacity_bytes;
    entry["block_bytes"] = level.block_bytes;
  }
  return limits;
}

std::string ceiling_table(const Ceiling& ceiling) {
  std::string text = fmt::format("clock {:.3f} GHz\n\n", ceiling.clock_hz / 1e9);
  text += "Boolean operations per cycle, one core\n";
  text += fmt::format("{:<12} {:>8} {:>12} {:>17} {:>14} {:>15}\n", "isa", "bits", "two-operand", "ternary constant",
                      "ternary fresh", "ternary shared");
  for (const BooleanRate& rate : ceiling.boolean) {
    text += fmt::format("{:<12} {:>8} {:>12} {:>17} {:>14} {:>15}\n", rate.isa, rate.register_bits,
                        rate_or_dash(rate.two_operand), rate_or_dash(rate.ternary_constant),
                        rate_or_dash(rate.ternary_fresh), rate_or_dash(rate.ternary_shared));
  }
  text += "\nBandwidth, GB/s of all cores at work together\n";
  text += fmt::format("{:<12} {:>8} {:>12} {:>17} {:>14}\n", "level", "cores", "block", "read", "read and write");
  for (const Bandwidth& level : ceiling.bandwidth) {
    text += fmt::format("{:<12} {:>8} {:>12} {:>17.1f} {:>14.1f}\n", level.level, level.threads,
                        bytes_text(level.block_bytes), level.read / 1e9, level.update / 1e9);
  }
  return text;
}

}  // namespace trafficbench
