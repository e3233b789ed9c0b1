// What a scaling study asks for: one reading of the options for the model and for the simulation, so that both speak of
// the same points.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "drivers/projection/analytic.hpp"
#include "drivers/projection/kernel_time.hpp"
#include "drivers/projection/machine_facts.hpp"
#include "drivers/report/point.hpp"
#include "drivers/report/report.hpp"

namespace trafficbench::scaling {

/// As written on the command line.
struct StudyOptions {
  std::string report;
  std::string machine;
  std::string kernels = "auto";
  std::string cells = "10240000,1e12";
  std::string cells_per_core = "1Mi";
  std::string ranks = "1:4096";
  std::string ranks_per_node = "auto";
  std::string depth = "1,auto";
  std::string mode = "strong,weak";
  std::string count = "every";
  int periods = 4;
  std::string output;
  bool resume = false;
  bool force = false;
};

void add_options(CLI::App& app, StudyOptions& options);

/// Throws BadInput for an axis that cannot be read, also where a command does not look at it.
void check_axes(const StudyOptions& options);

/// The options checked, and what they name read. Throws BadInput.
class Study {
 public:
  explicit Study(const StudyOptions& options);

  const std::vector<Point>& points() const { return points_; }
  const MachineFacts& facts() const { return facts_; }

  /// Numbers of ranks, as asked for.
  const std::vector<std::int64_t>& ranks() const { return ranks_; }

  Layout layout(std::int64_t ranks) const { return {ranks, ranks_per_node_}; }
  const KernelTime& kernel(const Point& point) const;

  /// Iterations between exchanges and of the whole repetition: the program's own choice of depth, a few periods of it.
  std::int64_t depth(const Point& point) const;
  std::int64_t steps(const Point& point) const { return periods_ * depth(point); }

  Prediction predict(const Point& point) const;

  /// A row of origin "simulated" or "modelled", of `command`. `model` is the model's name, `version` may be empty.
  Json row(const std::string& command, const std::string& origin, const Point& point, double seconds,
           const std::string& model, const std::string& version) const;

  /// The axes as they were asked for.
  const Json& axes() const { return axes_; }

 private:
  void read_points(const StudyOptions& options);
  Json model_of(const Point& point, const std::string& name, const std::string& version) const;

  MachineFacts facts_;
  std::string report_;
  std::int64_t periods_;
  int ranks_per_node_ = 1;
  std::vector<std::int64_t> ranks_;
  std::vector<Point> points_;
  std::map<std::pair<std::string_view, CountingMode>, KernelTime> kernels_;
  Json axes_;
};

/// What a simulated study is called until it is complete; its journal bears that name too.
std::string work_name(const std::string& output);

/// Speedup and efficiency, as in any report; but a row that was worked out or simulated once has no interval.
void add_plain_ratios(std::vector<Json>& rows);

}  // namespace trafficbench::scaling
