#include "drivers/machine/cpu_times.hpp"

#include <unistd.h>

#include <cctype>
#include <fstream>
#include <string>

namespace trafficbench {

std::optional<CpuTimes> cpu_times(const std::filesystem::path& root) {
  std::ifstream file(root / "proc/stat");
  std::string word;
  if (!(file >> word) || word != "cpu") return {};
  // user, nice, system, idle, iowait, irq, softirq, steal (proc(5)); those of guests are in user's and nice's.
  constexpr int kIdle = 3;
  constexpr int kWaiting = 4;
  constexpr int kSteal = 7;
  const auto ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  CpuTimes times;
  for (int i = 0; i <= kSteal; ++i) {
    double ticks = 0;
    if (!(file >> ticks)) return {};
    if (i != kIdle && i != kWaiting) times.busy += ticks / ticks_per_second;
    if (i == kSteal) times.steal = ticks / ticks_per_second;
  }
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("cpu") && line.size() > 3 && std::isdigit(static_cast<unsigned char>(line[3])) != 0) {
      ++times.cpus;
    }
  }
  return times;
}

}  // namespace trafficbench
