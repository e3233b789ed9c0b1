#include "drivers/projection/study.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "drivers/base/numbers.hpp"
#include "drivers/command/command_line.hpp"
#include "drivers/command/options.hpp"
#include "drivers/report/report_file.hpp"
#include "kernels/packed_road.hpp"
#include "kernels/registry.hpp"

namespace trafficbench::scaling {

namespace {

std::vector<std::string> choices(const std::string& list, const std::string& what, const std::string& one,
                                 const std::string& other) {
  std::vector<std::string> names = parse_names(list, what);
  for (const std::string& name : names) {
    if (name != one && name != other) {
      throw BadInput(fmt::format("{} is '{}': it is {}, {}, or both with a comma between", what, name, one, other));
    }
  }
  return names;
}

/// Those that any study may leave out: all are read, so that none that is bad passes for one that was not looked at.
struct Axes {
  std::vector<std::int64_t> cells;
  std::vector<std::int64_t> cells_per_core;
  std::vector<std::int64_t> depths;  // 0: auto
  std::vector<std::string> modes;
  std::vector<std::string> counts;
};

Axes read_axes(const StudyOptions& options) {
  return {.cells = parse_counts(options.cells, "cells", 1, kMostCells),
          .cells_per_core = parse_counts(options.cells_per_core, "cells-per-core", 1, kMostCells),
          .depths = parse_counts_or_auto(options.depth, "depth", kMostCells),
          .modes = choices(options.mode, "mode", "strong", "weak"),
          .counts = choices(options.count, "count", "every", "sampled")};
}

std::string file_name(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

}  // namespace

void add_options(CLI::App& app, StudyOptions& options) {
  app.add_option("--report", options.report, "Measured report that the kernel's time is taken from")->required();
  app.add_option("--machine", options.machine, "Facts of the machine, as scripts/simulate/archer2.json has them")
      ->required();
  app.add_option("--kernels", options.kernels, "Kernel variants, a list; auto: the fastest")->capture_default_str();
  app.add_option("--cells", options.cells, "Lengths of the whole road, strong scaling")->capture_default_str();
  app.add_option("--cells-per-core", options.cells_per_core, "Cells of each core, weak scaling")->capture_default_str();
  app.add_option("--ranks", options.ranks, "Numbers of ranks, of one core each")->capture_default_str();
  app.add_option("--ranks-per-node", options.ranks_per_node, "Ranks on a node; auto: one a core")
      ->capture_default_str();
  app.add_option("--depth", options.depth, "Iterations between exchanges of halos: a list of numbers and auto")
      ->capture_default_str();
  app.add_option("--mode", options.mode, "strong, weak, or both")->capture_default_str();
  app.add_option("--count", options.count, "Contracts: every, sampled, or both")->capture_default_str();
  add_count(app, "periods", options.periods, 1000, "Exchanges in one repetition");
}

void check_axes(const StudyOptions& options) { read_axes(options); }

Study::Study(const StudyOptions& options)
    : facts_(read_machine(options.machine)), report_(options.report), periods_(options.periods) {
  ranks_per_node_ = facts_.cores_per_node;
  if (options.ranks_per_node != "auto") {
    ranks_per_node_ = static_cast<int>(parse_count(options.ranks_per_node, "ranks-per-node", 1, facts_.cores_per_node));
  }
  const std::int64_t most = std::int64_t{facts_.nodes} * ranks_per_node_;
  ranks_ = parse_counts(options.ranks, "ranks", 1, std::min<std::int64_t>(most, INT32_MAX));
  read_points(options);
  const Json report = read_report(options.report);
  for (const Point& point : points_) {
    const std::pair key{point.variant->name, point.counting};
    if (kernels_.contains(key)) continue;
    kernels_.emplace(key, KernelTime(report, options.report, *point.variant, point.counting, facts_.isa));
  }
  axes_ = {{"report", file_name(options.report)},
           {"machine", facts_.name},
           {"kernels", options.kernels},
           {"cells", options.cells},
           {"cells_per_core", options.cells_per_core},
           {"ranks", options.ranks},
           {"ranks_per_node", options.ranks_per_node},
           {"depth", options.depth},
           {"mode", options.mode},
           {"count", options.count},
           {"periods", std::to_string(options.periods)}};
}

void Study::read_points(const StudyOptions& options) {
  Point point;
  point.isa = facts_.isa;
  const std::vector<const Variant*> kernels = kernels_named(variants(), options.kernels);
  for (const Variant* variant : kernels) {
    if (variant->kernel_class != KernelClass::update) {
      throw BadInput(fmt::format("kernel {} updates no cells: it has no rate to scale", variant->name));
    }
  }
  const Axes axes = read_axes(options);
  const std::vector<std::int64_t>& depths = axes.depths;
  for (const std::string& mode : axes.modes) {
    const bool weak = mode == "weak";
    const std::vector<std::int64_t>& lengths = weak ? axes.cells_per_core : axes.cells;
    check_points({lengths.size(), axes.counts.size(), depths.size(), kernels.size(), ranks_.size()});
    for (const std::int64_t cells : lengths) {
      for (const std::string& count : axes.counts) {
        for (const std::int64_t depth : depths) {
          for (const Variant* variant : kernels) {
            for (const std::int64_t ranks : ranks_) {
              if (weak ? cells > kMostCells / ranks : cells < ranks) {
                throw BadInput(
                    fmt::format("{} cells {} do not go with {} ranks: each must own a cell, and the road "
                                "have no more than 2^40",
                                mode, cells, ranks));
              }
              point.variant = variant;
              point.counting = count == "every" ? CountingMode::every : CountingMode::sampled;
              point.depth = depth;
              point.ranks = static_cast<int>(ranks);
              point.set_cells(weak ? ScalingMode::weak : ScalingMode::strong, cells);
              const std::int64_t own = point.road_cells / ranks;
              if (depth > own) {
                throw BadInput(fmt::format("depth {} is beyond the {} cells that each of {} ranks has of a road of {}",
                                           depth, own, ranks, point.road_cells));
              }
              points_.push_back(point);
            }
          }
        }
      }
    }
  }
}

const KernelTime& Study::kernel(const Point& point) const { return kernels_.at({point.variant->name, point.counting}); }

std::int64_t Study::depth(const Point& point) const { return Simulation::depth(setup_of(point), point.ranks); }

Prediction Study::predict(const Point& point) const {
  return scaling::predict(kernel(point), *point.variant, facts_, layout(point.ranks), point.counting, point.road_cells,
                          depth(point), steps(point));
}

Json Study::model_of(const Point& point, const std::string& name, const std::string& version) const {
  const Network& network = facts_.network;
  const KernelTime& times = kernel(point);
  Json model = {{"name", name},
                {"version", version},
                {"parameters",
                 {{"machine", facts_.name},
                  {"kernel_isa", facts_.isa},
                  {"kernel_cells_per_cycle", predict(point).cells_per_cycle},
                  {"clock_hz", facts_.clock_hz},
                  {"kernel_measured_from_cells", times.shortest()},
                  {"kernel_measured_to_cells", times.longest()},
                  {"memory_bytes_per_second_of_a_node", facts_.memory_bandwidth},
                  {"ranks_per_node", ranks_per_node_},
                  {"latency_on_node_seconds", network.latency_on_node},
                  {"latency_per_link_seconds", network.latency_per_link},
                  {"bandwidth_on_node_bytes_per_second", network.bandwidth_on_node},
                  {"bandwidth_between_nodes_bytes_per_second", network.bandwidth_between_nodes}}},
                {"calibrated_from", file_name(report_)}};
  if (version.empty()) model.erase("version");
  return model;
}

Json Study::row(const std::string& command, const std::string& origin, const Point& point, double seconds,
                const std::string& model, const std::string& version) const {
  Measurement time;
  time.steps = steps(point);
  time.depth = depth(point);
  time.samples = {seconds};
  time.cpu_seconds = {seconds * point.workers()};
  Json row = measured_row(command, point, time, 0, nullptr);
  // Nothing ran on a machine: what only a measurement knows goes, and the row says what it is.
  for (const char* field : {"isa", "verified", "restarted", "stopped", "placement", "hash", "clock_hz"}) {
    row[field] = nullptr;
  }
  for (const char* field : {"cars", "rank_seconds", "shares", "rounds", "warnings"}) row.erase(field);
  row["verification"] = "none";
  row["origin"] = origin;
  row["model"] = model_of(point, model, version);
  if (origin == "modelled") {
    row["samples"] = Json::array();
    row["repetitions"] = 0;
  }
  return row;
}

std::string work_name(const std::string& output) { return output + ".simulated"; }

void add_plain_ratios(std::vector<Json>& rows) {
  add_ratios(rows, {});
  for (Json& row : rows) {
    for (const char* end : {"speedup_low", "speedup_high", "ladder_speedup_low", "ladder_speedup_high"}) {
      row[end] = nullptr;
    }
  }
}

}  // namespace trafficbench::scaling
