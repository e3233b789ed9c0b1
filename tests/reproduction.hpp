// How to run a test that failed once more.
#pragma once

#include <string>

namespace trafficbench {

/// The command that runs this test alone, with the seed and the scale in force. Printed before the first failure of a
/// test.
std::string reproduction_of(const std::string& suite, const std::string& test);

}  // namespace trafficbench
