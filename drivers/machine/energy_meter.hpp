// A node's meter of energy: a counter of joules in a file of the system. A new kind is a file of its own and a line in
// energy_meter.cpp.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "drivers/machine/energy_source.hpp"

namespace trafficbench {

/// What a counter says.
struct EnergyReading {
  double joules = 0;              ///< since some moment, the same for all readings of one meter
  std::optional<double> seconds;  ///< when that was, by the counter's own clock, where it says so
};

class EnergyMeter {
 public:
  virtual ~EnergyMeter() = default;

  /// Nothing where the counter cannot be read, or says what no counter does.
  virtual std::optional<EnergyReading> read() = 0;

 protected:
  EnergyMeter() = default;
  EnergyMeter(const EnergyMeter&) = default;
  EnergyMeter& operator=(const EnergyMeter&) = default;
};

/// What came of looking for a meter: one that was read, or why there is none, in words for one line.
struct FoundMeter {
  EnergySource source{};
  std::unique_ptr<EnergyMeter> meter;
  std::string why_not;
};

struct EnergyMeterKind {
  EnergySource source;
  std::string_view summary;
  FoundMeter (*find)(const std::filesystem::path& root);
};

/// All kinds. What stands first is preferred.
std::span<const EnergyMeterKind> energy_meter_kinds();

/// The first kind that can be read in the system whose files are in the folder `root`.
FoundMeter find_energy_meter(const std::filesystem::path& root);

/// Where the program looks for meters and for what else is busy: "/", or the folder that the environment variable
/// TRAFFICBENCH_ENERGY_ROOT names. Tests make one up.
std::filesystem::path energy_root();

/// HPE Cray's counter of the whole node.
FoundMeter find_pm_counters(const std::filesystem::path& root);

/// RAPL's counters of the packages and their memory, by Linux's powercap.
FoundMeter find_rapl(const std::filesystem::path& root);

/// What a counter's file holds; why it cannot be read, in words for one line, in `why_not`.
std::string text_of_counter(const std::filesystem::path& path, std::string& why_not);

}  // namespace trafficbench
