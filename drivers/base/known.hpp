// Values that are optional in general, and there in this place.
#pragma once

#include <optional>
#include <stdexcept>

namespace trafficbench {

/// The value. Whoever calls this knows by a rule that it is there, as every row of an update kernel has a rate; throws
/// std::logic_error if the rule is broken.
template <typename T>
const T& known(const std::optional<T>& value) {
  if (!value) throw std::logic_error("a value that must be there is missing");
  return *value;
}

}  // namespace trafficbench
