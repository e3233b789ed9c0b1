// What is done with roads besides advancing them: to generate a start state, and to load and read a segment. Part of
// trafficbench-kernels.
//
//     start/philox/cells:1e9/threads:2
//     convert/bitsliced/cells:1e9/threads:2      load and read, packed to packed
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <vector>

#include "kernels/bits.hpp"
#include "kernels/block.hpp"
#include "kernels/packed_road.hpp"
#include "kernels/registry.hpp"
#include "kernels/start_state.hpp"

namespace {

using namespace trafficbench;

constexpr std::int64_t kCells = 1'000'000'000;

/// Every thread fills its own words.
void fill(PackedRoad& road, const CellSource& start, int threads) {
#pragma omp parallel for num_threads(threads)
  for (int thread = 0; thread < threads; ++thread) {
    const Block words = block_of(words_for(road.cells()), threads, thread);
    const std::int64_t first = words.first * kWordCells;
    start.read(first, std::min(words.cells * kWordCells, road.cells() - first),
               road.words().subspan(static_cast<std::size_t>(words.first), static_cast<std::size_t>(words.cells)));
  }
}

void fill_philox(benchmark::State& state, int threads) {
  const auto start = philox_start(kCells, 0.52, 5743);
  PackedRoad road(kCells);
  for (auto _ : state) fill(road, *start, threads);
  state.SetItemsProcessed(state.iterations() * kCells);
}

void convert(benchmark::State& state, const Variant& variant, int threads) try {
  PackedRoad road(kCells);
  fill(road, *philox_start(kCells, 0.52, 5743), threads);
  const auto segment = make_segment(variant, {.cells = kCells, .max_halo = {64, 64}, .tuning = {}}, threads);
  std::vector<std::uint64_t> back(road.words().size());
  for (auto _ : state) {
    segment->load(road, 0);
    segment->read(0, kCells, back);
    benchmark::DoNotOptimize(back.data());
  }
  state.SetItemsProcessed(state.iterations() * kCells);
} catch (const std::bad_alloc&) {
  state.SkipWithError("the road does not fit in memory");
}

// Before main, as Google Benchmark's own macros do it.
const bool registered = [] {  // NOLINT(bugprone-throwing-static-initialization)
  std::vector<int> thread_counts{1};
  if (omp_get_max_threads() > 1) thread_counts.push_back(omp_get_max_threads());
  for (const int threads : thread_counts) {
    benchmark::RegisterBenchmark(fmt::format("start/philox/cells:1e9/threads:{}", threads).c_str(), fill_philox,
                                 threads)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
    for (const Variant* variant : variants()) {
      benchmark::RegisterBenchmark(fmt::format("convert/{}/cells:1e9/threads:{}", variant->name, threads).c_str(),
                                   [variant, threads](benchmark::State& state) { convert(state, *variant, threads); })
          ->UseRealTime()
          ->Unit(benchmark::kMillisecond);
    }
  }
  return true;
}();

}  // namespace
