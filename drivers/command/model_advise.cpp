// advise: how many nodes are worth using for a road, and which depth.
#include <fmt/format.h>

#include <algorithm>

#include "drivers/base/numbers.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/command/model_commands.hpp"

namespace trafficbench::projection {

namespace {

struct Choice {
  std::int64_t depth = 1;
  Prediction time;  // of one iteration

  double iteration() const { return time.seconds; }
};

/// An average iteration at that depth.
Choice at_depth(const Study& study, const Point& point, std::int64_t depth) {
  const std::int64_t steps = 16 * depth;
  Choice choice{depth, predict(study.kernel(point), *point.variant, study.facts(), study.layout(point.ranks),
                               point.counting, point.road_cells, depth, steps)};
  for (double* part : {&choice.time.seconds, &choice.time.compute, &choice.time.exchange, &choice.time.reduction}) {
    *part /= static_cast<double>(steps);
  }
  return choice;
}

/// The best of the powers of two up to a quarter of what a rank owns.
Choice best(const Study& study, const Point& point) {
  Choice choice = at_depth(study, point, 1);
  for (std::int64_t depth = 2; depth <= point.road_cells / point.ranks / 4; depth *= 2) {
    if (const Choice other = at_depth(study, point, depth); other.iteration() < choice.iteration()) choice = other;
  }
  return choice;
}

std::string percent(double part, double whole) { return fmt::format("{:.0f}%", 100 * part / whole); }

}  // namespace

Status advise(const StudyOptions& options) {
  constexpr double kWorthwhile = 0.5;
  StudyOptions wanted = options;
  wanted.mode = ChoiceList<ScalingMode>("strong");
  wanted.depth = Depths("auto");
  const Study study(wanted);
  print_out(fmt::format("MODELLED {}, nothing measured there. us an iteration; efficiency against {} ranks.\n",
                        study.facts().name, study.ranks().front()));
  const Point* road = nullptr;
  double base = 0;
  std::int64_t worthwhile = 0;
  std::int64_t fastest = 0;
  double least = 0;
  const auto conclude = [&] {
    if (road == nullptr) return;
    print_out(fmt::format(
        "Half of the cores' time is put to use up to {} ranks ({} nodes); fastest on {} ranks ({} nodes).\n",
        worthwhile, study.layout(worthwhile).nodes(), fastest, study.layout(fastest).nodes()));
  };
  for (const Point& point : study.points()) {
    if (road == nullptr || road->road_cells != point.road_cells || road->variant != point.variant ||
        road->counting != point.counting) {
      conclude();
      print_out(fmt::format(
          "\n{}, {} cells, count {}\n   ranks   nodes   depth:1   depth:auto        best depth   efficiency   "
          "kernel exchange reduction\n",
          point.variant->name, format_count(point.road_cells), name_of(point.counting)));
      base = 0;
    }
    road = &point;
    const Choice one = at_depth(study, point, 1);
    const Choice by_itself = at_depth(study, point, study.depth(point));
    const Choice choice = std::min(best(study, point), by_itself,
                                   [](const Choice& a, const Choice& b) { return a.iteration() < b.iteration(); });
    const double cores = choice.iteration() * point.ranks;
    if (base == 0) {
      base = cores;
      worthwhile = fastest = point.ranks;
      least = choice.iteration();
    }
    if (base / cores >= kWorthwhile) worthwhile = point.ranks;
    if (choice.iteration() < least) {
      least = choice.iteration();
      fastest = point.ranks;
    }
    const auto micro = [](const Choice& of) { return 1e6 * of.iteration(); };
    print_out(fmt::format(
        "{:>8} {:>7} {:>9.4g} {:>6.4g} ({:>4}) {:>9.4g} ({:>6}) {:>11} {:>8} {:>8} {:>9}\n", point.ranks,
        study.layout(point.ranks).nodes(), micro(one), micro(by_itself), by_itself.depth, micro(choice), choice.depth,
        percent(base, cores), percent(choice.time.compute, choice.iteration()),
        percent(choice.time.exchange, choice.iteration()), percent(choice.time.reduction, choice.iteration())));
  }
  conclude();
  return Status::done;
}

}  // namespace trafficbench::projection
