#include "drivers/projection/study.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "drivers/base/known.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/utf8.hpp"
#include "drivers/projection/measured_network.hpp"
#include "drivers/report/point_row.hpp"
#include "drivers/report/ratios.hpp"
#include "drivers/report/report_file.hpp"
#include "kernels/packed_road.hpp"
#include "kernels/registry.hpp"

namespace trafficbench::projection {

namespace {

std::string file_name(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

}  // namespace

std::vector<const Variant*> kernels_of(KernelTable table, const KernelNames& names) {
  std::vector<const Variant*> kernels;
  // Of the machine that is modelled nobody says which instruction sets it has: auto is what it is with ternary logic.
  for (const KernelChoice& kernel : names.choose(table, true)) {
    if (kernel.threaded) {
      throw BadInput(fmt::format("kernel {} has threads, and here each rank has one core: write {}", kernel.name(),
                                 kernel.variant->name));
    }
    kernels.push_back(kernel.variant);
  }
  return kernels;
}

int ranks_on_a_node(const MachineFacts& facts, const RanksPerNode& asked) {
  if (asked.number) check_count(*asked.number, "ranks-per-node", 1, facts.cores_per_node);
  return static_cast<int>(asked.or_else(facts.cores_per_node));
}

Study::Study(const StudyOptions& options)
    : options_(options),
      facts_(read_machine(options.machine, options.network)),
      ranks_per_node_(ranks_on_a_node(facts_, options.ranks_per_node)) {
  for (const std::int64_t ranks : options_.ranks.numbers) {
    check_count(ranks, "ranks", 1, std::int64_t{facts_.nodes} * ranks_per_node_);
  }
  read_points();
  const Report report = read_report(options.report);
  for (const Point& point : points_) {
    const std::pair key{point.variant->name, point.counting};
    if (kernels_.contains(key)) continue;
    kernels_.emplace(key, KernelTime(report.rows, options.report, *point.variant, point.counting, facts_.isa));
  }
}

Json Study::axes() const {
  return {{"report", valid_utf8(file_name(options_.report))},
          {"machine", facts_.name},
          {"network", options_.network.empty() ? "published" : file_name(options_.network)},
          {"kernels", options_.kernels.text},
          {"cells", options_.cells.text},
          {"cells_per_core", options_.cells_per_core.text},
          {"ranks", options_.ranks.text},
          {"ranks_per_node", options_.ranks_per_node.text},
          {"depth", options_.depth.text},
          {"mode", options_.mode.text},
          {"count", options_.count.text},
          {"periods", std::to_string(options_.periods)}};
}

void Study::read_points() {
  Point point;
  point.isa = facts_.isa;
  const std::vector<const Variant*> kernels = kernels_of(variants(), options_.kernels);
  for (const Variant* variant : kernels) {
    if (variant->kernel_class != KernelClass::update) {
      throw BadInput(fmt::format("kernel {} updates no cells: it has no rate to scale", variant->name));
    }
  }
  const std::vector<std::int64_t>& depths = options_.depth.numbers;
  for (const ScalingMode mode : options_.mode.values) {
    const bool weak = mode == ScalingMode::weak;
    const std::vector<std::int64_t>& lengths = weak ? options_.cells_per_core.numbers : options_.cells.numbers;
    check_points(
        {lengths.size(), options_.count.values.size(), depths.size(), kernels.size(), options_.ranks.numbers.size()});
    for (const std::int64_t cells : lengths) {
      for (const CountingMode counting : options_.count.values) {
        for (const std::int64_t depth : depths) {
          for (const Variant* variant : kernels) {
            for (const std::int64_t ranks : options_.ranks.numbers) {
              if (weak ? cells > kMaxCells / ranks : cells < ranks) {
                throw BadInput(
                    fmt::format("{} cells {} do not go with {} ranks: each must own a cell, and the road "
                                "have no more than 2^40",
                                name_of(mode), cells, ranks));
              }
              point.variant = variant;
              point.counting = counting;
              point.depth = depth;
              point.ranks = static_cast<int>(ranks);
              point.set_cells(mode, cells);
              const std::int64_t own = point.road_cells / ranks;
              if (depth > own) {
                throw BadInput(
                    fmt::format("depth is {}: expected at most {}, the cells that each of {} ranks has of a road of {}",
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

double Study::exchange_cost(const Point& point) const {
  const double edges = exchange_seconds(facts_.network, layout(point.ranks), 1);
  if (point.counting != CountingMode::every) return edges;
  return edges + allreduce_seconds(facts_.network, layout(point.ranks), sizeof(std::int64_t));
}

std::int64_t Study::depth(const Point& point) const {
  SimulationSetup setup = setup_of(point);
  setup.exchange_seconds = exchange_cost(point);
  return Simulation::depth(setup, point.ranks);
}

Prediction Study::predict(const Point& point) const {
  return projection::predict(kernel(point), *point.variant, facts_, layout(point.ranks), point.counting,
                             point.road_cells, depth(point), steps(point));
}

Model Study::model_of(const Point& point, const std::string& name, const std::string& version) const {
  const Network& network = facts_.network;
  const KernelTime& times = kernel(point);
  Model model;
  model.name = name;
  if (!version.empty()) model.version = version;
  model.parameters = {{"machine", facts_.name},
                      {"kernel_isa", facts_.isa},
                      {"kernel_cells_per_cycle", predict(point).cells_per_cycle},
                      {"clock_hz", facts_.clock_hz},
                      {"kernel_measured_from_cells", times.shortest()},
                      {"kernel_measured_to_cells", times.longest()},
                      {"memory_bytes_per_second_of_a_node", facts_.memory_bandwidth},
                      {"ranks_per_node", std::int64_t{ranks_per_node_}},
                      {"network", options_.network.empty() ? "published" : file_name(options_.network)},
                      {"latency_on_node_seconds", network.latency_on_node},
                      {"latency_per_link_seconds", network.latency_per_link},
                      {"bandwidth_on_node_bytes_per_second", network.bandwidth_on_node},
                      {"bandwidth_between_nodes_bytes_per_second", network.bandwidth_between_nodes}};
  model.calibrated_from = file_name(options_.report);
  return model;
}

Row Study::row(const std::string& command, Origin origin, const Point& point, double seconds, const std::string& model,
               const std::string& version) const {
  Row row = row_of(command, point);
  row.origin = origin;
  row.steps = steps(point);
  row.depth = depth(point);
  row.model = model_of(point, model, version);
  // A model has no repetitions; a simulation has one, which would be the same again.
  if (origin == Origin::simulated) {
    row.samples = {seconds};
    row.sample_visits = {0};
    row.sample_runs = {0};
    row.sample_steps = {known(row.steps)};
  }
  row.real_time_ns = 1e9 * seconds / static_cast<double>(known(row.steps));
  row.cpu_time_ns = *row.real_time_ns * point.workers();
  work_out_rate(row);
  return row;
}

std::string work_name(const std::string& output) { return output + ".simulated"; }

Journal::Options journal_of(const Study& study, bool resume, bool force) {
  Journal::Options options{.output = work_name(study.output()), .resume = resume, .force = force, .names = {}};
  for (const Point& point : study.points()) options.names.push_back(row_name("simulate", point));
  return options;
}

}  // namespace trafficbench::projection
