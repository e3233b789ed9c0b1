// The commands of the program. Each has its options, and a function that carries it out on all ranks; it prints on rank
// 0, throws BadInput on every rank alike, and returns the exit status.
#pragma once

#include <string>
#include <vector>

#include "drivers/base/bad_input.hpp"
#include "drivers/command/options.hpp"
#include "drivers/ranks/communicator.hpp"

namespace trafficbench {

/// trafficbench run: one road, what the course's programs print.
struct RunOptions {
  std::string cells;  // empty: the course's, or the file's
  std::string steps = "100";
  StartTexts start;
  std::string kernel = "auto";
  std::string threads = "auto";
  std::string depth = "auto";
  std::string count = "every";
  std::string print_every = "auto";
  std::string isa = "auto";
  std::string tile = "auto";
  std::string output;
  std::string save;
  std::string space_time;
  std::string window = "auto";
  bool json = false;
  bool force = false;
};
Status run(Communicator& world, const RunOptions& options, KernelTable table, const std::vector<std::string>& argv);

/// trafficbench sweep: many points, a report.
struct SweepOptions {
  std::string kernels = "all";
  std::string cells = "1e5:1e8:x10";
  std::string ranks = "auto";
  std::string threads = "auto";
  std::string steps = "auto";
  std::string jump = "1000";
  std::string depth = "auto";
  std::string mode = "strong";
  std::string count = "every,sampled";
  std::string isa = "auto";
  std::string tile = "auto";
  std::string verify = "auto";
  StartTexts start;
  double min_seconds = 0.05;
  int min_repetitions = 6;
  int max_repetitions = 100;
  double precision = 0.02;
  double time_cap = 0.3;
  std::string time_limit;  // empty: none
  std::string output;
  bool resume = false;
  bool force = false;
  bool dry_run = false;
  bool oversubscribe = false;
};
Status sweep(Communicator& world, const SweepOptions& options, KernelTable table, const std::vector<std::string>& argv);

/// trafficbench merge: several reports in one, with their ratios and fits. Works alone, without MPI.
struct MergeOptions {
  std::vector<std::string> reports;
  std::string output;
  bool force = false;
};
Status merge(const MergeOptions& options);

/// trafficbench check: every variant against exact results.
struct CheckOptions {
  std::string kernels = "all";
  int cases = 200;
  std::string seed = "1";
  bool quick = false;
};
Status check(Communicator& world, const CheckOptions& options, KernelTable table);

/// trafficbench ceiling: what this machine can do at most.
struct CeilingCommandOptions {
  bool json = false;
};
Status ceiling(Communicator& world, const CeilingCommandOptions& options);

/// trafficbench list: the variants.
struct ListOptions {
  bool json = false;
};
Status list(Communicator& world, const ListOptions& options, KernelTable table);

}  // namespace trafficbench
