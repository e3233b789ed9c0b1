#include "drivers/ceiling_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace trafficbench {

namespace {

nlohmann::json rate_or_null(double rate) {
  return rate > 0 ? nlohmann::json(rate) : nlohmann::json(nullptr);
}

std::string rate_or_dash(double rate) { return rate > 0 ? fmt::format("{:.2f}", rate) : "-"; }

std::string bytes_text(std::int64_t bytes) {
  return bytes >= (1 << 20) ? fmt::format("{} MiB", bytes >> 20)
                            : fmt::format("{} KiB", bytes >> 10);
}

}  // namespace

nlohmann::json to_json(const Ceiling& ceiling) {
  nlohmann::json boolean = nlohmann::json::array();
  for (const BooleanRate& rate : ceiling.boolean) {
    boolean.push_back({{"isa", rate.isa},
                       {"register_bits", rate.register_bits},
                       {"two_operand", rate_or_null(rate.two_operand)},
                       {"ternary_constant", rate_or_null(rate.ternary_constant)},
                       {"ternary_fresh", rate_or_null(rate.ternary_fresh)},
                       {"ternary_shared", rate_or_null(rate.ternary_shared)}});
  }
  nlohmann::json bandwidth = nlohmann::json::array();
  for (const Bandwidth& level : ceiling.bandwidth) {
    bandwidth.push_back({{"level", level.level},
                         {"threads", level.threads},
                         {"capacity_bytes", level.capacity_bytes},
                         {"block_bytes", level.block_bytes},
                         {"read_bytes_per_second", level.read},
                         {"update_bytes_per_second", level.update}});
  }
  return {{"clock_hz", ceiling.clock_hz}, {"boolean", boolean}, {"bandwidth", bandwidth}};
}

std::string ceiling_table(const Ceiling& ceiling) {
  std::string text = fmt::format("clock {:.3f} GHz\n\n", ceiling.clock_hz / 1e9);
  text += "Boolean operations a cycle, one core\n";
  text += fmt::format("{:<12} {:>8} {:>12} {:>17} {:>14} {:>15}\n", "isa", "bits", "two-operand",
                      "ternary constant", "ternary fresh", "ternary shared");
  for (const BooleanRate& rate : ceiling.boolean) {
    text += fmt::format("{:<12} {:>8} {:>12} {:>17} {:>14} {:>15}\n", rate.isa, rate.register_bits,
                        rate_or_dash(rate.two_operand), rate_or_dash(rate.ternary_constant),
                        rate_or_dash(rate.ternary_fresh), rate_or_dash(rate.ternary_shared));
  }
  text += "\nBandwidth, GB/s of all cores at work together\n";
  text += fmt::format("{:<12} {:>8} {:>12} {:>17} {:>14}\n", "level", "cores", "block", "read",
                      "read and write");
  for (const Bandwidth& level : ceiling.bandwidth) {
    text += fmt::format("{:<12} {:>8} {:>12} {:>17.1f} {:>14.1f}\n", level.level, level.threads,
                        bytes_text(level.block_bytes), level.read / 1e9, level.update / 1e9);
  }
  return text;
}

}  // namespace trafficbench
