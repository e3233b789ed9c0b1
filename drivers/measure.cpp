#include "drivers/measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <csignal>
#include <ctime>
#include <memory>
#include <new>

#include "drivers/machine.hpp"
#include "drivers/simulation.hpp"
#include "drivers/start.hpp"
#include "drivers/statistics.hpp"
#include "drivers/verification.hpp"
#include "kernels/bits.hpp"
#include "kernels/clock.hpp"
#include "kernels/isa.hpp"

namespace trafficbench {

namespace {

volatile std::sig_atomic_t signal_seen = 0;

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

struct Timing {
  double slowest = 0;
  double cpu = 0;
  RankSeconds ranks;
  MovesMade moves;
};

/// One timed advance; the barrier that starts it is outside the timer.
Timing timed_advance(Communicator& comm, Simulation& simulation, std::int64_t steps) {
  Timing timing;
  comm.barrier();
  const double cpu_start = cpu_seconds();
  const double start = wall_seconds();
  timing.moves = simulation.advance(steps);
  const double seconds = wall_seconds() - start;
  const double cpu = cpu_seconds() - cpu_start;
  const std::vector<double> all = gather_numbers(comm, seconds);
  for (const double each : gather_numbers(comm, cpu)) timing.cpu += each;
  if (comm.rank() == 0) timing.ranks = summary_of(all);
  timing.slowest = comm.max_of(seconds);
  return timing;
}

/// Rounded up to two significant digits, so that repeated runs agree on it more often than not.
std::int64_t round_up(double number) {
  const double scale = std::pow(10.0, std::max(0.0, std::floor(std::log10(number)) - 1));
  return static_cast<std::int64_t>(std::ceil(number / scale - 1e-9) * scale);
}

/// Iterations that take at least `seconds`, from growing trials; the same on every rank. Adds to `made` what the trials
/// made.
std::int64_t choose_steps(Communicator& comm, Simulation& simulation, double seconds, std::int64_t& made) {
  constexpr double kMostSteps = 1e12;
  std::int64_t steps = 1;
  while (true) {
    const double trial = timed_advance(comm, simulation, steps).slowest;
    made += steps;
    // A trial of a tenth is long enough to extrapolate from; one whole length is enough as it is.
    if (trial >= seconds) return steps;
    const double factor = trial > 0 ? 1.05 * seconds / trial : 1e3;
    const double wanted = std::min(kMostSteps, std::max(1.0, static_cast<double>(steps) * factor));
    if (trial >= seconds / 10 || wanted >= kMostSteps) return round_up(wanted);
    steps = static_cast<std::int64_t>(std::min(wanted, static_cast<double>(steps) * 20));
  }
}

/// "" while repetitions go on, else why they stop: rank 0 decides, everybody is told.
std::string decide(Communicator& comm, const StoppingRule& rule, const std::vector<double>& samples, bool failed) {
  static constexpr std::array kReasons{"", "precise", "time_cap", "most_repetitions", "fixed", "interrupted", "failed"};
  enum Reason { kGoOn, kPrecise, kTimeCap, kMost, kFixed, kInterrupted, kFailed };
  const bool stop_asked = comm.max_of(interrupted() ? 1 : 0) > 0;
  std::array<double, 1> decision{kGoOn};
  if (comm.rank() == 0) {
    const auto count = static_cast<int>(samples.size());
    const bool fixed = rule.least_repetitions == rule.most_repetitions;
    double spent = 0;
    for (const double seconds : samples) spent += seconds;
    if (failed) {
      decision[0] = kFailed;
    } else if (stop_asked) {
      decision[0] = kInterrupted;
    } else if (count >= rule.most_repetitions) {
      decision[0] = fixed ? kFixed : kMost;
    } else if (count >= rule.least_repetitions) {
      const auto interval = median_interval(samples);
      const double middle = median(samples);
      if (interval && (interval->high - interval->low) / 2 <= rule.precision * middle) {
        decision[0] = kPrecise;
      } else if (spent >= rule.time_cap) {
        decision[0] = kTimeCap;
      }
    }
  }
  comm.broadcast(decision);
  return kReasons[static_cast<std::size_t>(decision[0])];
}

/// Bytes that the point takes on one node, all its ranks there together.
double node_bytes(Communicator& comm, const Point& point) {
  const SimulationSetup setup = setup_of(point);
  // The closed form that verifies slides over twice as many cells as iterations, 16 bytes each, for every thread.
  const double closed_form = 32.0 * static_cast<double>(std::min(point.steps, point.road_cells() / 2)) * point.threads;
  const double block_words = static_cast<double>(words_for(point.road_cells() / point.ranks)) * 8;
  const double each = static_cast<double>(Simulation::bytes(setup, point.ranks)) +
                      (is_stream(point.start) ? block_words : 0.0) + closed_form;
  return each * comm.max_of(comm.node_size());
}

}  // namespace

RankSeconds summary_of(const std::vector<double>& seconds) {
  return {std::ranges::min(seconds), median(seconds), std::ranges::max(seconds)};
}

std::vector<double> gather_numbers(Communicator& comm, double mine) {
  std::vector<double> numbers;
  // As text nothing is lost: hexadecimal floats are exact.
  for (const std::string& text : comm.gather(fmt::format("{:a}", mine))) {
    numbers.push_back(std::strtod(text.c_str(), nullptr));
  }
  return numbers;
}

bool interrupted() { return signal_seen != 0; }

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { signal_seen = 1; };
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaction(signal, &action, nullptr);
}

std::string why_no_memory(Communicator& comm, const Point& point) {
  if (const double bytes = node_bytes(comm, point), available = -comm.max_of(-static_cast<double>(available_memory()));
      bytes > available) {
    return fmt::format("a road of {} cells takes {:.1f} GiB of a node's memory with {}, and {:.1f} GiB are available",
                       point.road_cells(), bytes / 0x1p30, point.variant->name, available / 0x1p30);
  }
  return {};
}

std::string why_not(Communicator& comm, const Point& point, bool oversubscribe) {
  if (std::string reason = why_no_memory(comm, point); !reason.empty()) return reason;
  const std::string shared = bind_workers(comm, point.threads, oversubscribe);
  return oversubscribe ? std::string() : shared;
}

Measurement measure(Communicator& comm, const Point& point, const StoppingRule& rule, Verification verification,
                    bool oversubscribe) {
  // Roads of which each rank holds no more than this are hashed whole: that takes seconds.
  constexpr std::int64_t kMostCellsHashed = std::int64_t{1} << 28;
  Measurement result;
  bind_workers(comm, point.threads, oversubscribe);
  const std::int64_t cells = point.road_cells();
  std::unique_ptr<CellSource> start;
  together(comm, [&] { start = make_start(point.start, cells); });

  std::unique_ptr<Simulation> simulation;
  std::unique_ptr<HeldStart> held;
  std::int64_t held_bytes = 0;
  const bool all_made = comm.all([&] {
    try {
      simulation = std::make_unique<Simulation>(comm, setup_of(point));
      held_bytes = words_for(simulation->block().cells) * 8 * comm.node_size();
      return true;
    } catch (const std::bad_alloc&) {
      return false;
    }
  }());
  if (!all_made) {
    result.problem = "out of memory";
    result.stopped = "failed";
    return result;
  }
  // Restoring from packed cells is quicker than generating them again; worth an eighth of what is left, no more. A road
  // too large for that is not restored but goes on.
  result.restarted =
      comm.all(is_stream(point.start) || verification == Verification::full || held_bytes < available_memory() / 8);
  if (result.restarted) {
    held = std::make_unique<HeldStart>(*start, simulation->block(), is_stream(point.start) ? 1 : point.threads);
  }
  const CellSource& source = held ? static_cast<const CellSource&>(*held) : *start;
  result.full = result.restarted && verification != Verification::windows &&
                (verification == Verification::full || cells / point.ranks <= kMostCellsHashed);

  simulation->load(source);
  result.cars = simulation->cars();
  std::int64_t iterations = 0;  // since the start state
  result.steps = point.steps;
  if (result.steps == 0) {
    result.steps = choose_steps(comm, *simulation, rule.least_seconds, iterations);
    // Fewer would not let a variant that is blocked in time make one of its trips through memory.
    result.steps = std::max(result.steps, point.variant->work.iterations_per_trip);
  }
  result.depth = std::max<std::int64_t>(1, simulation->depth());
  result.isa = point.variant->uses_simd ? selected_isa() : std::string(kGenericIsa);
  Expected expected;
  if (result.full) expected = expect(comm, source, result.steps, point.threads);
  result.clock_hz = measure_clock_hz(20);

  int restarts = 0;
  while (result.stopped.empty()) {
    if (result.restarted) {
      simulation->load(source);
      iterations = 0;
    }
    const Timing timing = timed_advance(comm, *simulation, result.steps);
    iterations += result.steps;
    result.samples.push_back(timing.slowest);
    result.cpu_seconds.push_back(timing.cpu);
    result.rank_seconds.push_back(timing.ranks);
    result.problem = result.full ? verify(*simulation, timing.moves, point.counting, expected)
                                 : verify_windows(comm, *simulation, source, result.cars, iterations);
    // A disturbed trial may have promised more seconds than the steps take: then all starts again with more of them.
    if (point.steps == 0 && timing.slowest < rule.least_seconds && result.problem.empty() && ++restarts <= 5) {
      result.steps = round_up(static_cast<double>(result.steps) * 1.1 * rule.least_seconds / timing.slowest);
      if (result.full) expected = expect(comm, source, result.steps, point.threads);
      result.samples.clear();
      result.cpu_seconds.clear();
      result.rank_seconds.clear();
      continue;
    }
    result.stopped = decide(comm, rule, result.samples, !result.problem.empty());
  }
  if (result.full) {
    result.hash = simulation->hash();
  } else if (const std::int64_t cars = simulation->cars(); result.problem.empty() && cars != result.cars) {
    result.problem = fmt::format("the road ends with {} cars, not {}", cars, result.cars);
    result.stopped = "failed";
  }
  result.placement = observe_workers(comm, point.threads);
  return result;
}

}  // namespace trafficbench
