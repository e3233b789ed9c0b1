// trafficbench-kernels: Google Benchmark over every kernel variant and its OpenMP form, on one rank.
//
// An iteration of a benchmark is one repetition: the start state is loaded outside the timer, then the road makes as
// many iterations of the model as take about kRepetitionSeconds, or the course's 100 where the rate depends on how many
// there are. Names spell the point:
//
//     kernel/bitsliced/cells:1e6/count:sampled/threads:1
//     kernel/leap/cells:1e6/steps:1000/count:every/threads:2
//     reference/course_loop/cells:1e6
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "course_loop.h"
#include "kernels/build.hpp"
#include "kernels/clock.hpp"
#include "kernels/depth.hpp"
#include "kernels/isa.hpp"
#include "kernels/packed_road.hpp"
#include "kernels/registry.hpp"
#include "kernels/ring.hpp"
#include "kernels/start_state.hpp"
#include "version_info.hpp"

namespace {

using namespace trafficbench;

constexpr double kDensity = 0.52;
constexpr std::uint64_t kSeed = 5743;
constexpr double kRepetitionSeconds = 0.05;
constexpr std::int64_t kJump = 1000;  // iterations of a closed-form variant
constexpr std::int64_t kCourseSteps = 100;
constexpr std::int64_t kLongestOfCourse = 1'000'000;  // cells: as in a sweep of all kernels
// advance gets lists of MoveCount for at least this many iterations.
constexpr std::int64_t kListIterations = 4096;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Point {
  const Variant* variant = nullptr;
  std::int64_t cells = 0;
  int threads = 1;
  bool every = false;  ///< counting mode: the moves of every iteration are counted, else those of the last alone

  bool jumps() const { return variant->kernel_class == KernelClass::closed_form; }

  std::string name() const {
    return fmt::format("kernel/{}/cells:1e{}{}/count:{}/threads:{}", variant->name,
                       std::lround(std::log10(static_cast<double>(cells))),
                       jumps() ? fmt::format("/steps:{}", kJump) : "", every ? "every" : "sampled", threads);
  }
};

RingOptions ring_options(const Point& point) {
  RingOptions options;
  options.threads = point.threads;
  options.depth = point.jumps() ? kJump : auto_depth(*point.variant, point.cells, 1, point.threads);
  return options;
}

/// Iterations of one repetition: fewer than a halo is good for, or a whole number of halos.
std::int64_t steps_of(const Point& point, std::int64_t depth) {
  if (point.jumps()) return kJump;
  if (point.variant->rate_depends_on_steps) return kCourseSteps;
  const double cells_per_second = point.variant->nominal_rate * 1e9 * point.threads;
  const auto steps =
      static_cast<std::int64_t>(kRepetitionSeconds * cells_per_second / static_cast<double>(point.cells));
  return steps < depth ? std::max<std::int64_t>(steps, 1) : steps / depth * depth;
}

/// Makes `steps` iterations and returns the moves of the last one; with `every`, all others are counted too.
std::int64_t make_steps(Ring& ring, std::int64_t steps, bool every, std::vector<MoveCount>& moves) {
  const auto size = static_cast<std::int64_t>(moves.size());
  for (std::int64_t done = 0; done < steps; done += size) {
    const std::int64_t step = std::min(size, steps - done);
    const bool last = done + step == steps;
    const std::span<MoveCount> list(moves.data(), static_cast<std::size_t>(step));
    for (MoveCount& count : list) count.wanted = every;
    list.back().wanted = every || last;
    ring.advance(step, list);
    if (last) return list.back().moves;
  }
  return 0;
}

void run_kernel(benchmark::State& state, const Point& point) try {
  const PackedRoad start(*philox_start(point.cells, kDensity, kSeed), 0, point.cells);
  const RingOptions options = ring_options(point);
  Ring ring(*point.variant, point.cells, options);
  const std::int64_t steps = steps_of(point, options.depth);
  const std::int64_t lists = std::max<std::int64_t>(1, kListIterations / options.depth);
  std::vector<MoveCount> moves(static_cast<std::size_t>(std::min(steps, lists * options.depth)));
  const double clock_hz = measure_clock_hz();

  double seconds = 0;
  for (auto _ : state) {
    ring.load(start);
    const auto begin = std::chrono::steady_clock::now();
    std::int64_t moved = make_steps(ring, steps, point.every, moves);
    const double elapsed = seconds_since(begin);
    state.SetIterationTime(elapsed);
    seconds += elapsed;
    benchmark::DoNotOptimize(moved);
  }

  using benchmark::Counter;
  state.counters["depth"] = static_cast<double>(options.depth);
  state.counters["steps"] = static_cast<double>(steps);
  if (point.jumps()) return;  // has no update rate
  const double updates = static_cast<double>(point.cells) * static_cast<double>(steps);
  state.counters["cells/s"] = Counter(updates, Counter::kIsIterationInvariantRate);
  // Not a rate of Google Benchmark's, which would be printed as so many a second.
  const double cycles = seconds * clock_hz * point.threads;
  state.counters["cells_per_cycle"] = updates * static_cast<double>(state.iterations()) / cycles;
} catch (const std::bad_alloc&) {
  state.SkipWithError("the road does not fit in memory");
}

void run_course_loop(benchmark::State& state) {
  constexpr int kCells = kLongestOfCourse;
  constexpr int kSteps = kCourseSteps;
  const auto start = philox_start(kCells, kDensity, kSeed);
  const PackedRoad packed(*start, 0, kCells);
  std::vector<int> road(kCells + 2);
  std::vector<int> spare(kCells + 2);
  for (auto _ : state) {
    for (int i = 0; i < kCells; ++i) road[static_cast<std::size_t>(i) + 1] = packed.car(i);
    const auto begin = std::chrono::steady_clock::now();
    int moved = course_loop(kCells, kSteps, road.data(), spare.data());
    state.SetIterationTime(seconds_since(begin));
    benchmark::DoNotOptimize(moved);
  }
  state.counters["steps"] = kSteps;
  state.counters["cells/s"] =
      benchmark::Counter(double{kCells} * kSteps, benchmark::Counter::kIsIterationInvariantRate);
}

void register_benchmarks() {
  std::vector<int> thread_counts{1};
  if (omp_get_max_threads() > 1) thread_counts.push_back(omp_get_max_threads());
  for (const Variant* variant : variants()) {
    for (const int threads : thread_counts) {
      const std::int64_t longest = variant->rate_depends_on_steps ? kLongestOfCourse : 100'000'000;
      for (std::int64_t cells = 100'000; cells <= longest; cells *= 10) {
        for (const bool every : {true, false}) {
          const Point point{variant, cells, threads, every};
          benchmark::RegisterBenchmark(point.name().c_str(), run_kernel, point)
              ->UseManualTime()
              ->Unit(benchmark::kMillisecond);
        }
      }
    }
  }
  benchmark::RegisterBenchmark("reference/course_loop/cells:1e6", run_course_loop)
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
}

/// Takes --isa=NAME out of the command line, the one option that is not Google Benchmark's.
void take_isa(int& argc, char** argv) {
  constexpr std::string_view kOption = "--isa=";
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(kOption)) {
      select_isa(argument.substr(kOption.size()));
    } else {
      argv[kept++] = argv[i];
    }
  }
  argc = kept;
  argv[argc] = nullptr;
}

void print_help() {
  std::puts(
      "trafficbench-kernels: every kernel variant and its OpenMP form on one rank\n\n"
      "  --isa=NAME   instruction set of the vector variants, as `trafficbench list` names them "
      "(default auto)\n\n"
      "OMP_NUM_THREADS sets the threads of the OpenMP forms. An example:\n\n"
      "  trafficbench-kernels --benchmark_filter='naive/cells:1e6/.*threads:1' "
      "--benchmark_repetitions=5\n\n"
      "and the options of Google Benchmark:\n");
  benchmark::PrintDefaultHelp();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    take_isa(argc, argv);
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "trafficbench-kernels: %s\n", error.what());
    return 2;
  }
  benchmark::Initialize(&argc, argv, print_help);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::AddCustomContext("isa", selected_isa());
  benchmark::AddCustomContext("clock_hz", fmt::format("{:.0f}", measure_clock_hz()));
  benchmark::AddCustomContext("compiler", kCompiler);
  benchmark::AddCustomContext("flags", kFlags);
  benchmark::AddCustomContext("optimised", built_with_optimisation() ? "true" : "false");
  benchmark::AddCustomContext("version", kVersion);
  benchmark::AddCustomContext("commit", kCommit);
  register_benchmarks();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
