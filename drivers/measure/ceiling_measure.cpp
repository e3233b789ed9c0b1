#include <omp.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <limits>
#include <memory>
#include <new>

#include "drivers/base/interrupt.hpp"
#include "drivers/measure/ceiling.hpp"
#include "drivers/measure/ceiling_ops.hpp"
#include "kernels/aligned_buffer.hpp"
#include "kernels/clock.hpp"
#include "kernels/isa.hpp"

namespace trafficbench {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Puts the selected instruction set back.
class IsaGuard {
 public:
  IsaGuard() = default;
  IsaGuard(const IsaGuard&) = delete;
  IsaGuard& operator=(const IsaGuard&) = delete;
  ~IsaGuard() { select_isa(selected_); }

 private:
  std::string selected_ = selected_isa();
};

// Operations a cycle

/// The best of several numbers of chains; runs of about 20 microseconds.
double operations_per_cycle(BooleanLoop loop, bool half, int samples, double clock_hz) {
  constexpr std::int64_t kRounds = 4000;
  constexpr int kRunsOfASample = 8;
  if (!has_boolean(loop)) return 0;
  double best = std::numeric_limits<double>::infinity();
  for (int run = 0; run < samples * kRunsOfASample; ++run) {
    for (const int chains : kBooleanChains) {
      const auto start = Clock::now();
      run_boolean(loop, half, chains, kRounds);
      best = std::min(best, seconds_since(start));
    }
  }
  return static_cast<double>(kRounds * kRoundOperations) / (best * clock_hz);
}

BooleanRate measure_boolean(const std::string& isa, bool half, int samples) {
  // The clock may differ from one instruction set to another.
  const double clock_hz = measure_clock_hz();
  const auto rate = [&](BooleanLoop loop) { return operations_per_cycle(loop, half, samples, clock_hz); };
  return {.isa = isa,
          .register_bits = half ? register_bits() / 2 : register_bits(),
          .two_operand = rate(BooleanLoop::two_operand),
          .ternary_constant = rate(BooleanLoop::ternary_constant),
          .ternary_fresh = rate(BooleanLoop::ternary_fresh),
          .ternary_shared = rate(BooleanLoop::ternary_shared)};
}

// Bandwidth

/// One block a thread, first touched by it.
class Streams {
 public:
  Streams(int threads, std::int64_t bytes) : bytes_(bytes), blocks_(static_cast<std::size_t>(threads)) {
    std::exception_ptr failure;
#pragma omp parallel num_threads(threads)
    {
#pragma omp single
      threads_ = omp_get_num_threads();  // may be fewer than asked for
      try {
        own() = AlignedBuffer<std::uint64_t>(bytes / 8);
      } catch (...) {
#pragma omp critical(trafficbench_streams)
        failure = std::current_exception();
      }
    }
    if (failure) std::rethrow_exception(failure);
  }

  int threads() const { return threads_; }

  /// Seconds of the slowest thread for `passes` trips through its block.
  double run(bool update, std::int64_t passes) {
    double slowest = 0;
    std::uint64_t sink = 0;
#pragma omp parallel num_threads(threads_) reduction(max : slowest) reduction(| : sink)
    {
      AlignedBuffer<std::uint64_t>& block = own();
#pragma omp barrier
      const auto start = Clock::now();
      if (update) {
        update_block(block.data(), bytes_, passes);
      } else {
        sink |= read_block(block.data(), bytes_, passes);
      }
      slowest = seconds_since(start);
    }
    sink_ = sink;
    return slowest;
  }

 private:
  AlignedBuffer<std::uint64_t>& own() { return blocks_[static_cast<std::size_t>(omp_get_thread_num())]; }

  std::int64_t bytes_;
  int threads_ = 1;
  std::vector<AlignedBuffer<std::uint64_t>> blocks_;
  std::uint64_t sink_ = 0;
};

/// Nothing where there is no memory.
std::unique_ptr<Streams> make_streams(int threads, std::int64_t bytes) {
  try {
    return std::make_unique<Streams>(threads, bytes);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

constexpr const char* kMemory = "memory";

/// Bytes that a level is measured with on each core.
struct LevelSize {
  std::string name;
  std::int64_t capacity;
  std::int64_t block;
};

std::vector<LevelSize> level_sizes(const Tuning& tuning,
                                   std::int64_t thread_memory = std::numeric_limits<std::int64_t>::max()) {
  constexpr std::int64_t kMinMemory = std::int64_t{64} << 20;
  const auto whole = [](std::int64_t bytes) { return bytes / kStreamBlock * kStreamBlock; };
  std::vector<LevelSize> levels;
  std::int64_t below = 0;
  const auto add = [&](const char* name, std::int64_t capacity) {
    // Half of the level, which leaves room for others' data, and more than the level before it.
    const std::int64_t block = whole(std::max(capacity / 2, std::min(2 * below, capacity / 4 * 3)));
    if (block < kStreamBlock || block <= below) return;
    levels.push_back({name, capacity, block});
    below = capacity;
  };
  add("L1", tuning.l1_bytes);
  add("L2", tuning.l2_bytes);
  add("L3", tuning.l3_bytes);
  // A block must be some times what the caches hold; most is best.
  const std::int64_t wanted = std::max(8 * below, kMinMemory);
  levels.push_back({kMemory, 0, whole(std::max(std::min(wanted, thread_memory / 4), 2 * below))});
  std::erase_if(levels, [&](const LevelSize& level) { return level.block > thread_memory / 2; });
  return levels;
}

/// Of a long block a few samples are enough: a trip through gigabytes takes longer than most disturbances. The number
/// follows from the length alone, so that all ranks make as many.
int samples_of(std::int64_t block_bytes, int most) {
  constexpr std::int64_t kMin = 3;
  constexpr std::int64_t kBytesInAll = std::int64_t{8} << 30;
  return static_cast<int>(std::clamp<std::int64_t>(kBytesInAll / block_bytes, kMin, most));
}

double best_rate(Streams& streams, std::int64_t bytes, bool update, int samples, const Together& together) {
  constexpr double kSampleSeconds = 2e-3;
  const double one = streams.run(update, 1);
  const auto passes = static_cast<std::int64_t>(std::clamp(kSampleSeconds / one, 1.0, 1e6));
  double best = std::numeric_limits<double>::infinity();
  for (int sample = 0; sample < samples; ++sample) {
    together.start();
    best = std::min(best, streams.run(update, passes));
  }
  const double bytes_moved = static_cast<double>(bytes * passes) * (update ? 2 : 1);
  return bytes_moved * streams.threads() / best;
}

}  // namespace

std::string level_that_holds(std::int64_t road_bytes, const Tuning& tuning) {
  for (const LevelSize& level : level_sizes(tuning)) {
    if (road_bytes <= level.capacity) return level.name;
  }
  return kMemory;
}

std::vector<BooleanRate> measure_boolean_rates(int samples) {
  const IsaGuard guard;
  std::vector<BooleanRate> rates;
  for (const Isa& isa : built_isas()) {
    if (!isa.runs_here) continue;
    select_isa(isa.name);
    if (!has_boolean(BooleanLoop::two_operand)) continue;
    rates.push_back(measure_boolean(isa.name, false, samples));
    if (has_half_registers()) rates.push_back(measure_boolean(isa.name, true, samples));
  }
  return rates;
}

std::vector<Bandwidth> measure_bandwidth(int threads, const Tuning& tuning, const std::string& last_level, int samples,
                                         std::int64_t thread_memory, const Together& together) {
  std::vector<Bandwidth> bandwidth;
  for (const LevelSize& level : level_sizes(tuning, thread_memory)) {
    const std::unique_ptr<Streams> streams = make_streams(threads, level.block);
    // Less memory than the system said: the levels before it are what can be told.
    // Nor is more told once a signal came.
    if (!together.all(streams != nullptr && !interrupted())) break;
    const int trips = samples_of(level.block, samples);
    const auto rate = [&](bool update) { return best_rate(*streams, level.block, update, trips, together); };
    bandwidth.push_back({.level = level.name,
                         .threads = streams->threads(),
                         .capacity_bytes = level.capacity,
                         .block_bytes = level.block,
                         .read = rate(false),
                         .update = rate(true)});
    if (level.name == last_level) break;
  }
  return bandwidth;
}

}  // namespace trafficbench
