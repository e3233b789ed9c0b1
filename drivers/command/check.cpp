// trafficbench check
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "drivers/base/numbers.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/command/commands.hpp"
#include "drivers/command/golden.hpp"
#include "drivers/machine/placement.hpp"
#include "drivers/ranks/rank_groups.hpp"
#include "drivers/report/row.hpp"
#include "drivers/road/simulation.hpp"
#include "drivers/road/verification.hpp"
#include "kernels/isa.hpp"
#include "kernels/packed_road.hpp"
#include "kernels/registry.hpp"
#include "kernels/start_state.hpp"

namespace trafficbench {

namespace {

constexpr int kMaxCheckedThreads = 4;

/// One road, and how it is to be run.
struct Case {
  std::int64_t cells = 1;
  std::string road;
  std::int64_t steps = 1;
  std::int64_t depth = 0;
  int ranks = 1;
  int threads = 1;
  CountingMode counting = CountingMode::every;
  const ExchangeMethod* exchange = nullptr;
  Overlap overlap = Overlap::off;
  const ReduceMethod* reduce = nullptr;
  const PlacementPolicy* placement = nullptr;  ///< workers are not bound
  int ranks_per_node = 0;                      ///< 0: auto
  std::int64_t advance = 1;                    ///< iterations that are asked for at once

  std::string text() const {
    return fmt::format(
        "{} cells ({}), {} iterations {} at a time, depth {}, {} ranks, {} threads, count {}, exchange {}, overlap {}, "
        "reduce {}, placement {}, ranks-per-node {}",
        cells, road, steps, advance, depth, ranks, threads, name_of(counting), exchange->name, name_of(overlap),
        reduce->name, placement == nullptr ? "none" : placement->name,
        ranks_per_node == 0 ? "auto" : std::to_string(ranks_per_node));
  }
};

/// Draws cases at random: lengths round every word and vector boundary, roads that are empty, full or nearly so, every
/// way to spread them. Same seed, same cases, on every rank.
class CaseSource {
 public:
  CaseSource(const CheckOptions& options, int most_ranks, int min_threads)
      : options_(options),
        random_(static_cast<std::uint64_t>(options.seed.number)),
        most_ranks_(most_ranks),
        least_threads_(min_threads) {}

  Case next() {
    Case drawn;
    drawn.cells = length();
    drawn.road = pick({"philox", "philox", "philox", "empty", "full", "one car", "one hole", "alternating", "1100"});
    drawn.steps = between(1, between(0, 3) == 0 ? 2 * std::min<std::int64_t>(drawn.cells, 3000) + 3 : 70);
    drawn.depth = between(0, 2) == 0 ? 0 : between(1, std::min<std::int64_t>(drawn.cells, 200));
    drawn.ranks = static_cast<int>(between(1, most_ranks_));
    drawn.threads = std::max(least_threads_, static_cast<int>(between(1, kMaxCheckedThreads)));
    drawn.counting = between(0, 1) == 0 ? CountingMode::every : CountingMode::sampled;
    drawn.advance = between(0, 1) == 0 ? drawn.steps : between(1, drawn.steps);
    drawn.exchange = pick(options_.exchange.methods);
    drawn.overlap = pick(options_.overlap.values);
    drawn.reduce = pick(options_.reduce.methods);
    if (options_.placement) drawn.placement = pick(options_.placement->methods);
    drawn.ranks_per_node = static_cast<int>(pick(options_.ranks_per_node.numbers));
    return drawn;
  }

 private:
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }

  std::string pick(std::initializer_list<const char*> choices) {
    return choices.begin()[between(0, static_cast<std::int64_t>(choices.size()) - 1)];
  }

  template <typename Value>
  Value pick(const std::vector<Value>& values) {
    return values[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(values.size()) - 1))];
  }

  std::int64_t length() {
    switch (between(0, 5)) {
      case 0:
        return between(1, 20);
      case 1:
        return std::max<std::int64_t>(1, 64 * between(1, 20) + between(-2, 2));
      case 2:
        return 512 * between(1, 40) + between(-2, 2);
      case 3:
        return between(1, 1000);
      case 4:
        return between(1000, 20000);
      default:
        return between(20000, 100000);
    }
  }

  const CheckOptions& options_;
  std::mt19937_64 random_;
  int most_ranks_;
  int least_threads_;
};

std::unique_ptr<CellSource> road_of(const Case& drawn, std::int64_t seed) {
  if (drawn.road == "philox") {
    return philox_start(drawn.cells, 0.05 * static_cast<double>(seed % 21), static_cast<std::uint64_t>(seed));
  }
  if (drawn.road == "empty") return pattern_start(drawn.cells, "0");
  if (drawn.road == "full") return pattern_start(drawn.cells, "1");
  if (drawn.road == "alternating") return pattern_start(drawn.cells, "10");
  if (drawn.road == "1100") return pattern_start(drawn.cells, "1100");
  auto road =
      std::make_unique<PackedRoad>(*pattern_start(drawn.cells, drawn.road == "one hole" ? "1" : "0"), 0, drawn.cells);
  road->set(seed % drawn.cells, drawn.road == "one car");
  return road;
}

/// What is wrong with that variant in that case; empty if nothing. Collective over the ranks of the case.
std::string run_case(Communicator& part, const Variant& variant, const Case& drawn, std::int64_t seed) {
  const std::unique_ptr<CellSource> road = road_of(drawn, seed);
  SimulationSetup setup;
  setup.variant = &variant;
  setup.cells = drawn.cells;
  setup.threads = drawn.threads;
  setup.depth = drawn.depth;
  setup.jump = drawn.advance;
  setup.counting = drawn.counting;
  setup.exchange = drawn.exchange;
  setup.reduce = drawn.reduce;
  setup.overlap = drawn.overlap;
  // Roads too short for it, and ways that cannot, go without.
  if (!Simulation::why_no_overlap(setup, drawn.ranks).empty()) setup.overlap = Overlap::off;
  if (drawn.placement != nullptr) {
    // Nor has every policy a place for all workers of a case here. Those that shared a core would wait for each other.
    const Placing placing = bind_workers(part, drawn.threads, false, *drawn.placement);
    if (!placing.refusal.empty() || !placing.shortage.empty()) unbind_workers(drawn.threads);
  }
  // Small caches, so that small roads are cut into many blocks.
  setup.tuning = {.l1_bytes = 1 << 10, .l2_bytes = 1 << 12, .l3_bytes = 1 << 14};
  Simulation simulation(part, setup);
  simulation.load(*road);
  MovesMade moves;
  for (std::int64_t done = 0; done < drawn.steps;) {
    const std::int64_t step = std::min(drawn.advance, drawn.steps - done);
    const MovesMade made = simulation.advance(step);
    moves = {moves.counted + made.counted, made.last};
    done += step;
  }
  const Expected expected = expect(part, *road, drawn.steps, 1);
  const std::string problem = verify(simulation, moves, drawn.counting, expected);
  return problem.empty() ? problem : drawn.text() + ": " + problem;
}

/// The printed velocities of the course's programs; what differs, or an empty text.
std::string run_golden(Communicator& world, const KernelChoice& kernel, const GoldenRun& golden) {
  StartOptions options;
  options.init = golden.init;
  options.density = golden.density;
  options.seed = golden.seed;
  const std::shared_ptr<const CellSource> start = make_start(options, golden.cells);
  SimulationSetup setup;
  setup.variant = kernel.variant;
  setup.cells = golden.cells;
  setup.threads = kernel.min_threads();
  setup.jump = golden.print_every;
  Simulation simulation(world, setup);
  const HeldStart held(start, simulation.block(), 1);
  simulation.load(held);
  const auto cars = static_cast<double>(simulation.cars());
  for (std::size_t line = 0; line < golden.velocity.size(); ++line) {
    const double velocity = static_cast<double>(simulation.advance(golden.print_every).last) / cars;
    // The course rounds in single precision before it prints six decimals.
    if (std::abs(velocity - golden.velocity[line]) > 0.6e-6) {
      return fmt::format("golden values of {} cells ({}): at iteration {} the velocity is {:.6f}, not {:.6f}",
                         golden.cells, golden.init, (static_cast<std::int64_t>(line) + 1) * golden.print_every,
                         velocity, golden.velocity[line]);
    }
  }
  return {};
}

/// Every instruction set that a variant can be run with here.
std::vector<std::string> isas_for(const Variant& variant) {
  if (!variant.uses_simd) return {"auto"};
  std::vector<std::string> names;
  for (const Isa& isa : built_isas()) {
    if (isa.runs_here) names.push_back(isa.name);
  }
  return names;
}

Status say_interrupted(Communicator& world) {
  if (world.rank() == 0) say("trafficbench: interrupted before all was checked\n");
  return Status::interrupted;
}

}  // namespace

Status check(Communicator& world, const CheckOptions& options, KernelTable table) {
  const std::vector<KernelChoice> kernels = options.kernels.choose(table, ternary_everywhere(world));
  const std::int64_t seed = options.seed.number;
  check_exchanges(world, options.exchange.methods);
  if (const std::string reason = why_no_threads(world, kMaxCheckedThreads); !reason.empty()) throw BadInput(reason);
  std::set<RankSelection> selections;
  for (int ranks = 1; ranks <= world.size(); ++ranks) {
    selections.insert({ranks, 0});
    for (const std::int64_t per_node : options.ranks_per_node.numbers) {
      selections.insert({ranks, static_cast<int>(per_node)});
    }
  }
  const RankGroups groups(world, selections);

  const std::string isa_before = selected_isa();
  std::size_t width = 12;
  for (const KernelChoice& kernel : kernels) width = std::max(width, kernel.name().size());
  std::size_t checks = 0;
  std::size_t failures = 0;
  const auto report = [&](const KernelChoice& kernel, const std::string& what, const std::string& problem) {
    std::string first;
    for (const std::string& text : world.gather(problem)) {
      if (first.empty()) first = text;
    }
    ++checks;
    if (!world.all(problem.empty())) ++failures;
    if (world.rank() != 0) return;
    if (first.empty()) {
      print_out(fmt::format("ok    {:<{}} {}\n", kernel.name(), width, what));
    } else {
      print_out(fmt::format("FAIL  {:<{}} {}: {}\n", kernel.name(), width, what, first));
    }
  };
  for (const KernelChoice& kernel : kernels) {
    const Variant* const variant = kernel.variant;
    for (const std::string& isa : isas_for(*variant)) {
      use_isa(isa);
      CaseSource source(options, world.size(), kernel.min_threads());
      std::string problem;
      for (int i = 0; i < options.cases; ++i) {
        const Case drawn = source.next();
        RankSelection selection{drawn.ranks, drawn.ranks_per_node};
        // Numbers of ranks that the nodes have not so many of are the first ones.
        if (!groups.why_not(selection).empty()) selection.per_node = 0;
        Communicator* comm = groups.of(selection);
        // Between roads, where all ranks are.
        if (asked_to_stop(world)) return say_interrupted(world);
        if (comm == nullptr) continue;
        const std::string found = run_case(*comm, *variant, drawn, seed + i);
        if (problem.empty()) problem = found;
      }
      report(kernel, fmt::format("{:<11} {} roads against the closed form", isa_of(*variant), options.cases), problem);
    }
    use_isa("auto");
    if (options.placement) unbind_workers(kernel.min_threads());  // the last road has bound them
    std::string problem;
    for (const GoldenRun& golden : kGoldenRuns) {
      if (options.quick && golden.cells > 1000000) continue;
      if (problem.empty()) problem = run_golden(world, kernel, golden);
    }
    report(kernel, fmt::format("{:<11} the course's printed velocities", isa_of(*variant)), problem);
  }
  use_isa(isa_before);
  if (world.rank() == 0) {
    print_out(fmt::format("{} of {} {}\n", counted(checks, "check"), counted(kernels.size(), "variant"),
                          failures == 0 ? "passed" : fmt::format("made: {} failed", failures)));
  }
  return failures == 0 ? Status::done : Status::check_failed;
}

}  // namespace trafficbench
