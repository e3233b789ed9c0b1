// validate: the model against what several ranks of one node were measured to do.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "drivers/base/known.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/base/statistics.hpp"
#include "drivers/command/model_commands.hpp"
#include "drivers/projection/measured_network.hpp"
#include "drivers/report/report_file.hpp"
#include "kernels/registry.hpp"

namespace trafficbench::projection {

namespace {

/// Of messages between cores of a node; they are short, and it hardly matters. Not measured.
constexpr double kAssumedBandwidth = 10e9;

struct MeasuredCase {
  Row row;
  const Variant* variant = nullptr;
  KernelTime kernel;

  double measured() const { return known(row.real_time_ns) * 1e-9 * static_cast<double>(known(row.steps)); }

  double modelled(const MeasuredLink& link) const {
    MachineFacts facts;
    facts.clock_hz = known(row.clock_hz);
    facts.cache_bytes_per_core = std::numeric_limits<std::int64_t>::max();
    const double bandwidth = link.bandwidth.value_or(kAssumedBandwidth);
    facts.network = {.latency_on_node = link.latency,
                     .latency_per_link = link.latency,
                     .bandwidth_on_node = bandwidth,
                     .bandwidth_between_nodes = bandwidth};
    const Layout layout{row.ranks, std::numeric_limits<int>::max()};
    return predict(kernel, *variant, facts, layout, row.count, row.cells, known(row.depth), known(row.steps)).seconds;
  }

  /// The latency at which the model gives what was measured: the model is a straight line in it.
  double latency() const {
    constexpr double kTrial = 1e-6;
    const double at_zero = modelled({0, std::nullopt});
    return std::max(0.0, kTrial * (measured() - at_zero) / (modelled({kTrial, std::nullopt}) - at_zero));
  }

  /// How much of the row is kernel, roughly: the latency is taken where it is least.
  double size() const { return static_cast<double>(known(row.depth)) * static_cast<double>(row.cells); }
};

/// The model knows one way for ranks to speak to each other, on one node.
bool is_modelled(const Row& row) {
  const auto is_default = [](const std::optional<std::string>& way, std::string_view name) {
    return !way || *way == name;
  };
  return is_default(row.exchange, exchange_methods().front().name) &&
         is_default(row.reduce, reduce_methods().front().name) && row.overlap.value_or(Overlap::off) == Overlap::off &&
         std::ranges::all_of(row.placement,
                             [&](const WorkerPlace& worker) { return worker.host == row.placement.front().host; });
}

std::vector<MeasuredCase> cases_of(const Report& report, const ValidateOptions& options) {
  std::vector<MeasuredCase> cases;
  for (const Variant* variant : kernels_of(variants(), options.kernels)) {
    if (variant->kernel_class != KernelClass::update) continue;
    for (const Row& row : report.rows) {
      if (row.origin != Origin::measured || row.kernel != variant->name || row.verified != true || row.ranks < 2 ||
          row.threads != 1 || !row.depth || !row.clock_hz || !row.isa || !is_modelled(row)) {
        continue;
      }
      cases.push_back({row, variant, KernelTime(report.rows, options.report, *variant, row.count, known(row.isa))});
    }
  }
  if (cases.size() < 2) {
    throw BadInput(fmt::format(
        "{} has {} verified rows of kernel {} on 2 ranks or more, one thread each, and two are needed: measure with "
        "trafficbench-mpiexec -n 2 trafficbench sweep --ranks 1,2 --threads 1",
        options.report, cases.size(), options.kernels.text));
  }
  return cases;
}

}  // namespace

Status validate(const ValidateOptions& options) {
  const Report report = read_report(options.report);
  std::vector<MeasuredCase> cases = cases_of(report, options);
  MeasuredLink link;
  if (const std::optional<MeasuredLink> measured = measured_link(figures_of(report.launches), 1)) {
    link = *measured;
    print_out(fmt::format("Latency {:.3g} us, as ping-pong measured it.\n\n", 1e6 * link.latency));
  } else {
    const auto shortest = std::ranges::min_element(cases, {}, [](const MeasuredCase& each) {
      return std::pair(each.row.count != CountingMode::every, each.size());
    });
    link.latency = shortest->latency();
    print_out(fmt::format("Latency {:.3g} us, from {}, which is left out below.\n\n", 1e6 * link.latency,
                          shortest->row.name));
    cases.erase(shortest);
  }
  print_out("kernel         cells  ranks   depth    count   measured us an iteration       modelled  differs by\n");
  std::vector<double> differences;
  for (const MeasuredCase& each : cases) {
    const double steps = static_cast<double>(known(each.row.steps)) * 1e-6;
    const double modelled = each.modelled(link);
    differences.push_back(std::abs(modelled / each.measured() - 1));
    std::string interval = "no interval";
    if (each.row.mcops.low) {
      const auto updates = static_cast<double>(each.row.cells);
      interval =
          fmt::format("{:.4g} .. {:.4g}", updates / known(each.row.mcops.high), updates / known(each.row.mcops.low));
    }
    print_out(fmt::format("{:<11} {:>8} {:>6} {:>7} {:>8}   {:>9.4g} {:<18} {:>9.4g} {:>10.1f}%\n", each.variant->name,
                          format_count(each.row.cells), each.row.ranks, known(each.row.depth), name_of(each.row.count),
                          each.measured() / steps, "(" + interval + ")", modelled / steps,
                          100 * (modelled / each.measured() - 1)));
  }
  const double greatest = std::ranges::max(differences);
  print_out(fmt::format("\n{} rows: the model differs by {:.1f}% in the median, {:.1f}% at most ({:.0f}% allowed).\n",
                        cases.size(), 100 * median(differences), 100 * greatest, 100 * options.tolerance));
  return greatest <= options.tolerance ? Status::done : Status::check_failed;
}

}  // namespace trafficbench::projection
