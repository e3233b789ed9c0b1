// A scaling study: what was asked for, and its points, which are the same for the model and for the simulation.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "drivers/base/json.hpp"
#include "drivers/plan/axes.hpp"
#include "drivers/plan/kernel_choice.hpp"
#include "drivers/projection/analytic.hpp"
#include "drivers/projection/kernel_time.hpp"
#include "drivers/projection/machine_facts.hpp"
#include "drivers/report/journal.hpp"
#include "drivers/report/point.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench::projection {

using StudyRanks = CountList<1, INT32_MAX>;
using RanksPerNode = CountOrAuto<1, INT32_MAX>;

/// What was asked for. One rank a core.
struct StudyOptions {
  std::string report;   ///< path of the report that kernel times are taken from
  std::string machine;  ///< path of the machine's facts
  std::string network;  ///< path of a report whose ping-pongs replace its network's figures; empty: none does
  KernelNames kernels{"auto"};
  RoadLengths cells{"10240000,1e12"};  ///< of roads in strong scaling
  RoadLengths cells_per_core{"1Mi"};   ///< in weak scaling
  StudyRanks ranks{"1:4096"};
  RanksPerNode ranks_per_node{"auto"};
  Depths depth{"1,auto"};
  ChoiceList<ScalingMode> mode{"strong,weak"};
  ChoiceList<CountingMode> count{"every"};
  int periods = 4;  ///< exchanges in one repetition
  std::string output;
  bool resume = false;
  bool force = false;
};

/// The kernels of those names. Throws BadInput for one that is named by its OpenMP form: a rank here is one core.
std::vector<const Variant*> kernels_of(KernelTable table, const KernelNames& names);

/// How many ranks a node of that machine holds; auto is one per core. Throws BadInput if that is more than it has
/// cores.
int ranks_on_a_node(const MachineFacts& facts, const RanksPerNode& asked);

/// The options checked, and what they name read. Throws BadInput.
class Study {
 public:
  explicit Study(const StudyOptions& options);

  const std::vector<Point>& points() const { return points_; }
  const MachineFacts& facts() const { return facts_; }

  const std::string& output() const { return options_.output; }

  /// Numbers of ranks, as asked for.
  const std::vector<std::int64_t>& ranks() const { return options_.ranks.numbers; }

  Layout layout(std::int64_t ranks) const { return {ranks, ranks_per_node_}; }
  const KernelTime& kernel(const Point& point) const;

  /// Seconds that one exchange of halos, and where moves are counted in each iteration their sum, take this machine:
  /// what the depth `auto` goes by, as it goes by cost_of_exchange where a network was measured.
  double exchange_cost(const Point& point) const;

  /// Iterations between exchanges and of the whole repetition: the program's own choice of depth, a few periods of it.
  std::int64_t depth(const Point& point) const;
  std::int64_t steps(const Point& point) const { return options_.periods * depth(point); }

  Prediction predict(const Point& point) const;

  /// A simulated or modelled row of `command`. `model` is the model's name, `version` may be empty.
  Row row(const std::string& command, Origin origin, const Point& point, double seconds, const std::string& model,
          const std::string& version) const;

  /// The axes as they were asked for.
  Json axes() const;

 private:
  void read_points();
  Model model_of(const Point& point, const std::string& name, const std::string& version) const;

  StudyOptions options_;
  MachineFacts facts_;
  int ranks_per_node_;
  std::vector<Point> points_;
  std::map<std::pair<std::string_view, CountingMode>, KernelTime> kernels_;
};

/// What a simulated study is called until it is complete; its journal bears that name too.
std::string work_name(const std::string& output);

/// The journal of a simulated study.
Journal::Options journal_of(const Study& study, bool resume, bool force = false);

}  // namespace trafficbench::projection
