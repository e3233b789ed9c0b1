// HPE Cray's pm_counters: energy of the whole node, ten times a second, as in "12345 J 1600000000000000 us".
#include <fmt/format.h>

#include <cstdint>
#include <sstream>
#include <utility>

#include "drivers/base/utf8.hpp"
#include "drivers/machine/energy_meter.hpp"

namespace trafficbench {

namespace {

class PmCounters : public EnergyMeter {
 public:
  explicit PmCounters(std::filesystem::path path) : path_(std::move(path)) {}

  std::optional<EnergyReading> read() override {
    std::string why_not;
    std::istringstream text(text_of_counter(path_, why_not));
    std::int64_t joules = 0;
    std::string unit;
    if (!(text >> joules >> unit) || unit != "J" || joules < 0) return {};
    std::int64_t microseconds = 0;
    const bool has_time = text >> microseconds >> unit && unit == "us";
    return EnergyReading{static_cast<double>(joules),
                         has_time ? std::optional(1e-6 * static_cast<double>(microseconds)) : std::nullopt};
  }

 private:
  std::filesystem::path path_;
};

}  // namespace

FoundMeter find_pm_counters(const std::filesystem::path& root) {
  FoundMeter found{.source = EnergySource::pm_counters, .meter = {}, .why_not = {}};
  const std::filesystem::path path = root / "sys/cray/pm_counters/energy";
  static_cast<void>(text_of_counter(path, found.why_not));
  if (!found.why_not.empty()) return found;
  auto meter = std::make_unique<PmCounters>(path);
  if (meter->read()) {
    found.meter = std::move(meter);
  } else {
    found.why_not = fmt::format("{} holds no joules", valid_utf8(path.string()));
  }
  return found;
}

}  // namespace trafficbench
