// Another program, asked something and waited for.
#pragma once

#include <string>
#include <vector>

namespace trafficbench {

struct Answer {
  std::string text;     ///< what it wrote to standard output and to standard error
  std::string problem;  ///< empty: it has ended, in time and with status 0
};

/// Starts a program that is looked up on the path, with nothing to read and without a shell, and ends it if it takes
/// longer than so many seconds. Of a long answer the end is lost. Not by fork(), which copies memory that a network
/// card may be writing to.
Answer ask_program(const std::vector<std::string>& words, double seconds);

}  // namespace trafficbench
