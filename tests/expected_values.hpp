// Reference values that were worked out by other programs: tests/expected/.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace trafficbench {

/// tests/expected/<name>. Throws if it is not there.
inline nlohmann::json expected_values(const std::string& name) {
  std::ifstream file(std::string(TRAFFICBENCH_TESTS_FOLDER) + "/expected/" + name);
  return nlohmann::json::parse(file);
}

}  // namespace trafficbench
