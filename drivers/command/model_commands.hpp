// The commands of trafficbench-model.
#pragma once

#include <string>
#include <vector>

#include "drivers/base/bad_input.hpp"
#include "drivers/projection/study.hpp"

namespace trafficbench::projection {

/// rows: a report of modelled rows.
Status write_modelled(const StudyOptions& options, const std::vector<std::string>& argv);

/// advise: for each road, how many nodes and which depth.
Status advise(const StudyOptions& options);

/// platform: the machine as SimGrid reads it, and how far its network is from what is published.
struct PlatformOptions {
  std::string machine;
  std::string network;
  Count<1, INT64_MAX> ranks{"4096"};  ///< that must find room
  RanksPerNode ranks_per_node{"auto"};
  std::string prefix;  ///< of the files to write; empty: print
};
Status write_platform(const PlatformOptions& options);

/// validate: the model against a report measured on several ranks of one node.
struct ValidateOptions {
  std::string report;
  KernelNames kernels{"auto"};
  double tolerance = 0.15;
};
Status validate(const ValidateOptions& options);

/// begin: opens the journal of a simulated study and prints the numbers of ranks that are still to be simulated.
Status begin(const StudyOptions& options, const std::vector<std::string>& argv);

/// finish: sets modelled rows beside the simulated ones, writes the report and says how far they agree.
Status finish(const StudyOptions& options, double tolerance);

}  // namespace trafficbench::projection
