// Reference values that were worked out by other programs: tests/expected/.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "drivers/base/json.hpp"

namespace trafficbench {

/// An object of such a file. Each call throws where the file has no such field. The JSON stays out of what includes
/// this, which takes the compiler long.
class ExpectedValues {
 public:
  /// tests/expected/<name>.
  explicit ExpectedValues(const std::string& name);

  /// The objects that `field` lists.
  std::vector<ExpectedValues> list(const std::string& field) const;
  ExpectedValues object(const std::string& field) const;

  double number(const std::string& field) const;
  int count(const std::string& field) const;
  std::vector<double> numbers(const std::string& field) const;

  /// All of it on one line, for messages.
  std::string text() const;

 private:
  explicit ExpectedValues(std::shared_ptr<const Json> json);

  std::shared_ptr<const Json> json_;
};

}  // namespace trafficbench
