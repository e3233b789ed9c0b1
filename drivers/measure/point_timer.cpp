#include "drivers/measure/point_timer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <new>
#include <utility>

#include "drivers/base/interrupt.hpp"
#include "drivers/base/statistics.hpp"
#include "drivers/base/wall_clock.hpp"
#include "drivers/road/start.hpp"
#include "kernels/clock.hpp"
#include "kernels/registry.hpp"

namespace trafficbench {

namespace {

// Repetitions are made this much longer than they must be, since the next one may be quicker than the trial.
constexpr double kMargin = 1.15;

// What the course's programs make. Kernels whose rate changes with the iterations made all make these.
constexpr std::int64_t kCourseSteps = 100;

// However short a run is: each restart takes a start state and a barrier.
constexpr double kMaxRestarts = 1000;

// A closed form takes no longer for more iterations, and would be asked for ever more.
constexpr double kMaxSteps = 1e12;

// A clock that varies by more within one point is worth a warning: the rate of a part of it is not that of another.
constexpr double kClockTolerance = 0.1;

/// One rank's part of a timed advance.
struct Timing {
  double seconds = 0;
  double cpu = 0;
  MovesMade moves;
};

/// The barrier that starts it is outside the timer.
Timing timed_advance(Communicator& comm, Simulation& simulation, std::int64_t steps) {
  Timing timing;
  comm.barrier();
  const double cpu_start = process_cpu_seconds();
  const double start = wall_seconds();
  timing.moves = simulation.advance(steps);
  timing.seconds = wall_seconds() - start;
  timing.cpu = process_cpu_seconds() - cpu_start;
  return timing;
}

/// Rounded up to one of ten numbers a decade. Few numbers, so that launches and kernels agree on one more often, and
/// what a road must end in is worked out once for all of them.
std::int64_t round_up(double number) {
  constexpr double kSteps[] = {1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.4, 8, 10};
  const double decade = std::pow(10.0, std::floor(std::log10(std::max(number, 1.0))));
  for (const double step : kSteps) {
    const double rounded = std::ceil(step * decade);
    if (rounded >= number * (1 - 1e-9)) return static_cast<std::int64_t>(rounded);
  }
  return static_cast<std::int64_t>(10 * decade);
}

}  // namespace

RankSeconds summary_of(const std::vector<double>& seconds) {
  return {std::ranges::min(seconds), median(seconds), std::ranges::max(seconds)};
}

PointTimer::PointTimer(Communicator& comm, Point point, const MeasuringOptions& options, Retained retained,
                       SharedStates& shared)
    : comm_(comm), point_(std::move(point)), options_(options), retained_(retained), shared_(shared) {}

bool PointTimer::prepare() {
  // Roads of which each rank holds no more than this are hashed whole: that takes seconds.
  constexpr std::int64_t kMaxCellsHashed = std::int64_t{1} << 28;
  const Placing placing = bind_workers(comm_, point_.threads, options_.oversubscribe, *point_.placement);
  bound_to_ = placing.cpus;
  if (!placing.shortage.empty()) {
    result_.warnings.insert(Warning::oversubscribed);
  }
  const std::int64_t cells = point_.road_cells;
  try {
    start_ = make_start(point_.start, cells);
  } catch (const BadInput& bad) {
    start_fault_ = bad.what();
  }
  if (!comm_.all(start_fault_.empty())) return false;
  result_.restarted = retained_.start;
  const bool all_made = comm_.all([&] {
    try {
      make_road();
      if (result_.restarted) {
        const double began = wall_seconds();
        const int threads = is_stream(point_.start) ? 1 : point_.threads;
        held_ = shared_.starts.of(start_, simulation_->block(), threads);
        if (std::ranges::find(shared_.kept, held_) == shared_.kept.end()) shared_.kept.push_back(held_);
        start_seconds_ = wall_seconds() - began;
      }
      return true;
    } catch (const std::bad_alloc&) {
      return false;
    }
  }());
  if (!all_made) {
    result_.problem = "out of memory";
    return false;
  }
  result_.full = result_.restarted && options_.verification != Verification::windows &&
                 (options_.verification == Verification::full || cells / point_.ranks <= kMaxCellsHashed);
  simulation_->load(source());
  result_.cars = simulation_->cars();
  result_.depth = std::max<std::int64_t>(1, simulation_->depth());
  result_.isa = isa_of(*point_.variant);
  result_.configuration = simulation_->configuration();
  return true;
}

bool PointTimer::has_fixed_steps() const { return point_.steps != 0 || point_.variant->rate_depends_on_steps; }

PointTimer::Trial PointTimer::try_out() {
  const bool is_fixed = has_fixed_steps();
  const std::int64_t fixed = point_.steps != 0 ? point_.steps : kCourseSteps;
  const double wanted_seconds = kMargin * options_.min_seconds;
  // A trial of a tenth is long enough to extrapolate from; the better of two, since disturbance only slows.
  std::int64_t steps = 1;
  double trial = 0;
  while (true) {
    trial = comm_.max_of(timed_advance(comm_, *simulation_, steps).seconds);
    iterations_ += steps;
    const double factor = trial > 0 ? wanted_seconds / trial : 1e3;
    const double most = is_fixed ? static_cast<double>(fixed) : kMaxSteps;
    const double wanted = std::min(most, std::max(1.0, static_cast<double>(steps) * factor));
    if (trial >= options_.min_seconds / 10 || static_cast<double>(steps) >= wanted) break;
    steps = static_cast<std::int64_t>(std::min(wanted, static_cast<double>(steps) * 20));
  }
  if (trial < options_.min_seconds) {
    trial = std::min(trial, comm_.max_of(timed_advance(comm_, *simulation_, steps).seconds));
    iterations_ += steps;
  }
  const double iteration = std::max(trial, 1e-9) / static_cast<double>(steps);
  const bool takes_iterations = point_.variant->kernel_class == KernelClass::update;
  const auto seconds_of = [&](std::int64_t count) {
    return takes_iterations ? iteration * static_cast<double>(count) : std::max(trial, 1e-9);
  };

  Trial result;
  result.length.steps = is_fixed ? fixed : whole_trips(std::min(kMaxSteps, wanted_seconds / iteration));
  if (result_.restarted) {
    const double restarts = std::ceil(wanted_seconds / seconds_of(result.length.steps));
    result.length.restarts = round_up(std::clamp(restarts, 1.0, kMaxRestarts));
  }
  result.timed = seconds_of(result.length.steps) * static_cast<double>(result.length.restarts);
  // What belongs to it: the start state, and the verification.
  // Where there are many of them, the best of several counts many times.
  double load = 0;
  for (int time = 0; result_.restarted && time < (result.length.restarts > 1 ? 3 : 1); ++time) {
    const double began = wall_seconds();
    simulation_->load(source());
    load = time == 0 ? wall_seconds() - began : std::min(load, wall_seconds() - began);
  }
  const double loaded = wall_seconds();
  if (result_.full) static_cast<void>(simulation_->hash());
  result.whole =
      comm_.max_of(result.timed + load * static_cast<double>(result.length.restarts) + (wall_seconds() - loaded));
  return result;
}

std::int64_t PointTimer::whole_trips(double steps) const {
  const std::int64_t trip = point_.variant->work.iterations_per_trip;
  const std::int64_t rounded = round_up(steps);
  // A last trip that is cut short would be another kernel's.
  return rounded > 8 * trip ? rounded : (rounded + trip - 1) / trip * trip;
}

RepetitionLength PointTimer::long_enough() const {
  if (!too_short()) return result_.length;
  RepetitionLength length = result_.length;
  const double factor = kMargin * options_.min_seconds / std::ranges::min(result_.samples);
  const bool is_fixed = has_fixed_steps();
  if (is_fixed && !result_.restarted) return length;
  if (is_fixed) {
    length.restarts = round_up(std::min(kMaxRestarts, factor * static_cast<double>(length.restarts)));
  } else {
    length.steps = whole_trips(std::min(kMaxSteps, factor * static_cast<double>(length.steps)));
  }
  return length;
}

void PointTimer::set_length(const RepetitionLength& length) {
  result_.length = length;
  if (result_.full) {
    const std::pair key(point_.road_cells, length.steps);
    // Ranks that had no part in an earlier point do not know what it had to end in; to work it out takes all.
    if (!comm_.all(shared_.expected.contains(key))) {
      shared_.expected[key] = expect(comm_, source(), length.steps, point_.threads);
    }
    expected_ = shared_.expected[key];
  }
  result_.samples.clear();
  result_.cpu_seconds.clear();
  result_.rank_seconds.clear();
  result_.rank_kernel_seconds.clear();
  result_.clock_hz.clear();
  core_seconds_ = {};
  all_core_seconds_ = 0;
}

void PointTimer::warm_up() {
  if (simulation_ && retained_.road) {
    const std::int64_t steps = std::max<std::int64_t>(1, result_.length.steps / 10);
    static_cast<void>(simulation_->advance(steps));
    iterations_ += steps;
  }
  give_back_road();
}

void PointTimer::make_road() { simulation_ = std::make_unique<Simulation>(comm_, setup_of(point_)); }

void PointTimer::give_back_road() {
  if (retained_.road || !result_.restarted) return;
  simulation_.reset();
}

void PointTimer::repeat() {
  bind_own_workers(bound_to_);
  if (!simulation_) make_road();
  constexpr int kClockSamples = 5;
  if (const double clock = measure_clock_hz(kClockSamples); clock > 0) result_.clock_hz.push_back(clock);
  Timing timing;
  PhaseTimes phases;
  for (std::int64_t restart = 0; restart < result_.length.restarts; ++restart) {
    if (result_.restarted) {
      simulation_->load(source());
      iterations_ = 0;
    }
    const Timing one = timed_advance(comm_, *simulation_, result_.length.steps);
    timing = {timing.seconds + one.seconds, timing.cpu + one.cpu, one.moves};
    phases += simulation_->phase_times();
    iterations_ += result_.length.steps;
  }
  watch_placement();
  record(timing.seconds, timing.cpu, phases);
  result_.problem = result_.full ? verify(*simulation_, timing.moves, point_.counting, expected_)
                                 : verify_windows(comm_, *simulation_, source(), result_.cars, iterations_);
  // The hash of a state that is right is the expected one.
  result_.hash = result_.problem.empty() || !result_.full ? expected_.hash : simulation_->hash();
  if (!result_.full && !retained_.road && result_.restarted) check_cars();
  give_back_road();
}

PointTimer::LongRun PointTimer::run_for(double seconds, double deadline) {
  // Between two decisions whether to go on, so that these take no time to speak of.
  constexpr double kBetween = 0.1;
  bind_own_workers(bound_to_);
  if (!simulation_) make_road();
  // Where the rate does not hang on the number of iterations the road just goes on.
  const bool goes_back = result_.restarted && has_fixed_steps();
  if (result_.restarted) {
    simulation_->load(source());
    iterations_ = 0;
  }
  LongRun run;
  comm_.barrier();
  run.began = wall_seconds();
  std::int64_t repetitions = 1;
  for (bool goes_on = true; goes_on;) {
    for (std::int64_t i = 0; i < repetitions * result_.length.restarts; ++i) {
      if (goes_back) {
        simulation_->load(source());
        iterations_ = 0;
        run.moves = {};
      }
      const Timing one = timed_advance(comm_, *simulation_, result_.length.steps);
      run.seconds += one.seconds;
      run.moves = {run.moves.counted + one.moves.counted, one.moves.last};
      run.steps += result_.length.steps;
      iterations_ += result_.length.steps;
    }
    run.ended = wall_seconds();
    const bool is_interrupted = comm_.max_of(interrupted() ? 1 : 0) > 0;
    const double elapsed = run.ended - run.began;
    const double of_one = elapsed * static_cast<double>(result_.length.timed_steps()) / static_cast<double>(run.steps);
    // Rank 0 decides for all: other clocks tell other times.
    double told[] = {
        elapsed < seconds ? 1.0 : 0.0, run.ended > deadline ? 1.0 : 0.0,
        std::ceil(std::clamp(kBetween / std::max(of_one, 1e-9), 1.0, 10 * static_cast<double>(repetitions)))};
    comm_.broadcast(told);
    run.is_cut_short = is_interrupted || told[1] > 0;
    goes_on = told[0] > 0 && !run.is_cut_short;
    repetitions = std::llround(told[2]);
  }
  run.seconds = comm_.max_of(run.seconds);
  return run;
}

void PointTimer::verify_run(const LongRun& run) {
  if (!result_.full) {
    result_.problem = verify_windows(comm_, *simulation_, source(), result_.cars, iterations_);
    check_cars();
    return;
  }
  const Expected must =
      iterations_ == result_.length.steps ? expected_ : expect(comm_, source(), iterations_, point_.threads);
  result_.problem = verify(*simulation_, run.moves, point_.counting, must);
}

void PointTimer::record(double own_seconds, double own_cpu_seconds, const PhaseTimes& phases) {
  const std::vector<double> all = gather_numbers(comm_, {own_seconds, own_cpu_seconds, phases.compute, phases.edges,
                                                         phases.waiting, phases.exchange, phases.reduction});
  result_.samples.push_back(comm_.max_of(own_seconds));
  if (comm_.rank() != 0) return;

  const auto column = [&](std::size_t index) {
    std::vector<double> values;
    for (std::size_t at = index; at < all.size(); at += 7) values.push_back(all[at]);
    return values;
  };
  const auto sum = [](const std::vector<double>& values) {
    double total = 0;
    for (const double value : values) total += value;
    return total;
  };
  const std::vector<double> seconds = column(0);
  result_.rank_seconds.push_back(summary_of(seconds));
  result_.cpu_seconds.push_back(sum(column(1)));
  std::vector<double> kernel = column(2);
  std::ranges::transform(kernel, column(3), kernel.begin(), std::plus());
  result_.rank_kernel_seconds.push_back(std::move(kernel));

  // All ranks do the same in an exchange, and in a reduction: what the quickest took is what it costs, and what others
  // took longer they waited for somebody who came late.
  const std::vector<double> exchange = column(5);
  const std::vector<double> reduction = column(6);
  const double ranks = comm_.size();
  const double threads = point_.threads;
  const double exchange_cost = ranks * std::ranges::min(exchange);
  const double reduction_cost = ranks * std::ranges::min(reduction);
  const double slowest = result_.samples.back();
  core_seconds_.compute += sum(column(2));
  core_seconds_.exchange += sum(column(3)) + threads * exchange_cost;
  core_seconds_.reduction += threads * reduction_cost;
  core_seconds_.waiting += sum(column(4)) + threads * (sum(exchange) - exchange_cost) +
                           threads * (sum(reduction) - reduction_cost) + threads * (ranks * slowest - sum(seconds));
  all_core_seconds_ += threads * ranks * slowest;
}

void PointTimer::watch_placement() {
  const std::vector<int> cpus = own_cpus(point_.threads);
  if (cpus_.empty()) {
    cpus_ = cpus;
    // Not at the end, when somebody else's binding may stand.
    result_.placement = observe_workers(comm_, point_.threads);
  }
  moved_ = moved_ || cpus != cpus_;
}

bool PointTimer::too_short() const {
  return result_.problem.empty() && !result_.samples.empty() &&
         std::ranges::min(result_.samples) < options_.min_seconds;
}

void PointTimer::check_cars() {
  if (const std::int64_t cars = simulation_->cars(); result_.problem.empty() && cars != result_.cars) {
    result_.problem = fmt::format("the road ends with {} cars, not {}", cars, result_.cars);
  }
}

Measurement PointTimer::finish() {
  if (!result_.full && simulation_) check_cars();
  if (comm_.max_of(moved_ ? 1 : 0) > 0) result_.warnings.insert(Warning::placement_changed);
  if (share_a_core(result_.placement, point_.placement->siblings)) result_.warnings.insert(Warning::shared_core);
  if (result_.clock_hz.size() != result_.samples.size()) result_.clock_hz.clear();
  if (!result_.clock_hz.empty()) {
    const auto [least, most] = std::ranges::minmax(result_.clock_hz);
    if (most - least > kClockTolerance * median(result_.clock_hz)) result_.warnings.insert(Warning::clock_changed);
  }
  if (all_core_seconds_ > 0) {
    // Timers are samples, and may come to a little more than there was.
    const double counted =
        core_seconds_.compute + core_seconds_.exchange + core_seconds_.reduction + core_seconds_.waiting;
    const double all = std::max(all_core_seconds_, counted);
    result_.shares = Shares{core_seconds_.compute / all, core_seconds_.exchange / all, core_seconds_.reduction / all,
                            core_seconds_.waiting / all};
  }
  if (too_short()) result_.warnings.insert(Warning::short_repetition);
  simulation_.reset();
  return result_;
}

}  // namespace trafficbench
