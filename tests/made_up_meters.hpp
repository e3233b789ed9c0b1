// Counters of energy as the system's files show them, in a folder that stands for its root.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "tests/temporary_folder.hpp"

namespace trafficbench {

class MadeUpMeters {
 public:
  std::string root() const { return root_.file(""); }
  std::string path(const std::string& name) const { return root_.file(name); }

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    write_text(path(name), text);
  }

  void cray(const std::string& text) const { write("sys/cray/pm_counters/energy", text); }

  /// A domain of powercap: "intel-rapl:0", "intel-rapl:0/intel-rapl:0:1".
  void domain(const std::string& folder, const std::string& name, std::int64_t microjoules,
              std::int64_t range = 262143328850) const {
    write(kPowercap + folder + "/name", name + "\n");
    write(kPowercap + folder + "/max_energy_range_uj", std::to_string(range) + "\n");
    counts(folder, microjoules);
  }
  void counts(const std::string& folder, std::int64_t microjoules) const {
    write(kPowercap + folder + "/energy_uj", std::to_string(microjoules) + "\n");
  }

 private:
  static inline const std::string kPowercap = "sys/class/powercap/";
  TemporaryFolder root_;
};

}  // namespace trafficbench
