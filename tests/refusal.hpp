// Bad input and failed work, and what is said of them.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "drivers/base/bad_input.hpp"

namespace trafficbench {

/// What the refusal of a call says, which is one line; fails the test if the call is not refused. `what` names the call
/// in the message.
template <typename Call>
std::string refusal(const Call& call, const std::string& what = "the input") {
  try {
    call();
  } catch (const BadInput& bad) {
    const std::string said = bad.what();
    EXPECT_EQ(said.find('\n'), std::string::npos) << "more than one line for " << what << ": " << said;
    return said;
  }
  ADD_FAILURE() << what << " is not refused";
  return {};
}

/// The same of something that fails under way.
template <typename Call>
std::string failure(const Call& call) {
  try {
    call();
  } catch (const WorkFailed& failed) {
    const std::string said = failed.what();
    EXPECT_EQ(said.find('\n'), std::string::npos) << "more than one line: " << said;
    return said;
  }
  ADD_FAILURE() << "did not fail";
  return {};
}

}  // namespace trafficbench
