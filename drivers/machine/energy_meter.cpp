#include "drivers/machine/energy_meter.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "drivers/base/files.hpp"
#include "drivers/base/utf8.hpp"

namespace trafficbench {

std::span<const EnergyMeterKind> energy_meter_kinds() {
  // The whole node says more than its packages.
  static constexpr std::array kKinds{
      EnergyMeterKind{EnergySource::pm_counters, "HPE Cray's counter of the whole node", find_pm_counters},
      EnergyMeterKind{EnergySource::rapl, "counters of the CPU packages and their memory (powercap)", find_rapl}};
  return kKinds;
}

FoundMeter find_energy_meter(const std::filesystem::path& root) {
  FoundMeter none;
  for (const EnergyMeterKind& kind : energy_meter_kinds()) {
    FoundMeter found = kind.find(root);
    if (found.meter) return found;
    none.why_not += (none.why_not.empty() ? "" : "; ") + found.why_not;
  }
  return none;
}

std::filesystem::path energy_root() {
  const char* const value = std::getenv("TRAFFICBENCH_ENERGY_ROOT");
  const std::filesystem::path root = value == nullptr ? "" : value;
  return root.is_absolute() ? root : "/";
}

std::string text_of_counter(const std::filesystem::path& path, std::string& why_not) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  // A counter is one line; what does not fit is none.
  std::array<char, 256> text{};
  const ssize_t bytes = file.is_open() ? read(file.get(), text.data(), text.size()) : -1;
  if (bytes < 0) {
    const std::string shown = valid_utf8(path.string());
    why_not = errno == ENOENT ? fmt::format("{} is not there", shown) : fmt::format("{}: {}", shown, system_text());
    return {};
  }
  return {text.data(), static_cast<std::size_t>(bytes)};
}

}  // namespace trafficbench
