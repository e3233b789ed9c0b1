// Follows this node's meter of energy beside a run.
#pragma once

#include <atomic>
#include <filesystem>
#include <thread>

#include "drivers/machine/energy_meter.hpp"
#include "drivers/machine/energy_trace.hpp"

namespace trafficbench {

/// A thread reads the meter from here to finish(). It sleeps nearly all the time, and may run on any core that this
/// process may use.
class EnergyWatch {
 public:
  /// `root` as find_energy_meter takes it. Where there is no meter any more, nothing is heard of it.
  explicit EnergyWatch(const std::filesystem::path& root);
  ~EnergyWatch();
  EnergyWatch(const EnergyWatch&) = delete;
  EnergyWatch& operator=(const EnergyWatch&) = delete;

  EnergySource source() const { return found_.source; }

  /// What was heard. The thread ends.
  const EnergyTrace& finish();

 private:
  void follow();

  FoundMeter found_;
  EnergyTrace trace_;
  std::atomic<bool> is_over_ = false;
  std::thread thread_;
};

}  // namespace trafficbench
