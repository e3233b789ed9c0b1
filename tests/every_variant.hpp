// Tests that hold of every variant that runs here.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "kernels/registry.hpp"

namespace trafficbench {

inline auto every_variant() { return testing::ValuesIn(variants().begin(), variants().end()); }

/// What a test of a variant is called: names of tests have no hyphens.
inline std::string test_name(const Variant& variant) {
  std::string name(variant.name);
  std::ranges::replace(name, '-', '_');
  return name;
}

inline std::string name_of_variant_test(const testing::TestParamInfo<const Variant*>& tested) {
  return test_name(*tested.param);
}

}  // namespace trafficbench
