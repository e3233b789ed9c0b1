#include "drivers/command/study_command_line.hpp"

#include "drivers/command/typed_options.hpp"

namespace trafficbench::projection {

void add_machine_options(CLI::App& app, std::string& machine, std::string& network) {
  add_text(app, "machine", machine, "FILE", "Facts of the machine, as scripts/simulate/archer2.json has them")
      ->required();
  add_text(app, "network", network, "FILE",
           "What was measured of its network, in place of what the machine file says: a report, or the output of "
           "trafficbench ceiling --json");
}

void add_study_options(CLI::App& app, StudyOptions& options) {
  add_text(app, "report", options.report, "FILE", "Measured report that the kernels' times are taken from")->required();
  add_machine_options(app, options.machine, options.network);
  add_value(app, "kernels", options.kernels,
            "Kernel variants, without +threads: each rank has one core; auto: the fastest");
  add_value(app, "cells", options.cells, "Strong scaling: lengths of the whole road");
  add_value(app, "cells-per-core", options.cells_per_core, "Weak scaling: cells of each core");
  add_value(app, "ranks", options.ranks, "Numbers of ranks, of one core each");
  add_value(app, "ranks-per-node", options.ranks_per_node, "Ranks on a node; auto: one per core");
  add_value(app, "depth", options.depth,
            "Iterations between exchanges of halos, a list; auto, which may stand in it: the program's own choice");
  add_value(app, "mode", options.mode,
            "strong (the same road for every number of ranks), weak (the same cells for each core), or both");
  add_value(app, "count", options.count,
            "Counting modes: every (the moves of each iteration are counted), sampled (of the last one), or both");
  add_count(app, "periods", options.periods, 1000, "Exchanges in one repetition");
}

}  // namespace trafficbench::projection
