// What `trafficbench sweep` was asked for.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "drivers/measure/point_timer.hpp"
#include "drivers/plan/axes.hpp"
#include "drivers/plan/kernel_choice.hpp"
#include "drivers/plan/knob_options.hpp"

namespace trafficbench {

template <>
struct EnumNames<Verification> {
  static constexpr std::array<std::string_view, 3> kNames{"auto", "full", "windows"};
  static constexpr std::array<std::string_view, 3> kMeanings{"", "hash of the whole road", "parts of it"};
};

using Rounds = CountOrAuto<1, 10000>;

struct SweepOptions {
  KernelNames kernels{"all"};
  RoadLengths cells{"1e5:1e7:x10"};  ///< with mode weak, of each core
  RankCounts ranks{"auto"};
  ThreadCounts threads{"auto"};
  StepsOrAuto steps{"auto"};
  Steps jump{"1000"};  ///< steps of closed-form kernels where `steps` is auto
  Depths depth{"auto"};
  Choice<ScalingMode> mode{"strong"};
  ChoiceList<CountingMode> count{"every,sampled"};
  Exchanges exchange{"nonblocking"};
  ChoiceList<Overlap> overlap{"off"};
  Reduces reduce{"exchange"};
  Placements placement{"packed"};
  RanksPerNodes ranks_per_node{"auto"};
  std::string isa = "auto";
  std::string wave = "auto";
  bool retune = false;  ///< the race for it takes place, whatever was kept
  KnobOptions knobs;
  Choice<Verification> verify{"auto"};
  StartAxes start;
  double min_seconds = 0.05;
  int visits = 6;
  Rounds rounds{"auto"};
  double spacing = 30;            ///< seconds
  std::optional<Seconds> budget;  ///< nothing: no point is left out
  std::optional<Seconds> time_limit;
  bool energy = false;        ///< joules of each point, by a run of its own
  double energy_seconds = 5;  ///< that such a run lasts, at least
  std::string output;         ///< empty: named by host and date
  bool resume = false;
  bool force = false;
  bool dry_run = false;
  bool oversubscribe = false;
  bool allow_none = false;  ///< a report of skipped rows alone is no error
};

}  // namespace trafficbench
