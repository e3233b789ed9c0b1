// The axes that commands have in common, as types of what their options hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/base/option_values.hpp"
#include "drivers/io/io_method.hpp"
#include "drivers/io/road_file.hpp"
#include "drivers/machine/placement_policy.hpp"
#include "drivers/ranks/edge_exchange.hpp"
#include "drivers/report/scaling_mode.hpp"
#include "drivers/road/counting_mode.hpp"
#include "drivers/road/reduce/moves_sum.hpp"
#include "drivers/road/start.hpp"
#include "kernels/packed_road.hpp"

namespace trafficbench {

/// Most iterations that a command takes.
inline constexpr std::int64_t kMaxSteps = std::int64_t{1} << 50;

/// Most threads of a rank that a command takes.
inline constexpr std::int64_t kMaxThreads = std::int64_t{1} << 14;

/// OMP_NUM_THREADS as this process has it; 0 where it is not set. Throws BadInput.
std::int64_t omp_num_threads();

using RoadLength = Count<1, kMaxCells>;
using RoadLengths = CountList<1, kMaxCells>;
using Steps = Count<1, kMaxSteps>;
using StepsOrAuto = CountOrAuto<1, kMaxSteps>;
using Depth = CountOrAuto<1, kMaxCells>;
using Depths = CountListWithAuto<kMaxCells>;
using RankCounts = CountListOrAuto<1, INT32_MAX>;
using ThreadCount = CountOrAuto<1, kMaxThreads>;
using ThreadCounts = CountListOrAuto<1, kMaxThreads>;
using Seed = Count<0, (std::int64_t{1} << 53)>;

/// --init, --density and --seed.
struct StartAxes {
  std::string init = "philox";
  Share density{"0.52"};
  Seed seed{"5743"};

  /// Throws BadInput where they do not go together.
  StartOptions start() const;
};

/// The way of that name among all ways to do a thing. Throws BadInput, naming those there are, for another; `list` says
/// that several may be named.
template <typename Method>
const Method* method_named(std::string_view name, std::string_view what, std::span<const Method> all, bool list) {
  std::vector<std::string_view> names;
  for (const Method& method : all) {
    if (method.name == name) return &method;
    names.push_back(method.name);
  }
  if (list) names.emplace_back("all");
  refuse_name(name, what, names, {}, list);
}

/// One way to do a thing, by its name, of a table of them.
template <typename Method, std::span<const Method> (*kAll)()>
struct MethodChoice {
  static constexpr const char* kKind = "NAME";

  explicit MethodChoice(std::string_view written, std::string_view what = "value")
      : text(written), method(method_named(written, what, kAll(), false)) {}

  std::string text;
  const Method* method;
};

/// Several of them, each once, or all.
template <typename Method, std::span<const Method> (*kAll)()>
struct MethodList {
  static constexpr const char* kKind = "NAMES";

  explicit MethodList(std::string_view written, std::string_view what = "value") : text(written) {
    if (written == "all") {
      for (const Method& method : kAll()) methods.push_back(&method);
      return;
    }
    for (const std::string& name : parse_names(written, what))
      methods.push_back(method_named(name, what, kAll(), true));
  }

  std::string text;
  std::vector<const Method*> methods;
};

using Exchange = MethodChoice<ExchangeMethod, exchange_methods>;
using Exchanges = MethodList<ExchangeMethod, exchange_methods>;
using Reduce = MethodChoice<ReduceMethod, reduce_methods>;
using Reduces = MethodList<ReduceMethod, reduce_methods>;
using Placement = MethodChoice<PlacementPolicy, placement_policies>;
using Placements = MethodList<PlacementPolicy, placement_policies>;
using IoMethods = MethodList<IoMethod, io_methods>;
using RoadFileMethod = MethodChoice<IoMethod, road_file_methods>;
using RanksPerNode = CountOrAuto<1, INT32_MAX>;
using RanksPerNodes = CountListWithAuto<INT32_MAX>;

/// Throws BadInput for a product of axes of so many values each that is more points than a command takes.
void check_points(std::initializer_list<std::size_t> axes);

}  // namespace trafficbench
