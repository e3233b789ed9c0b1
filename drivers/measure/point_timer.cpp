#include "drivers/measure/point_timer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <new>
#include <utility>

#include "drivers/base/statistics.hpp"
#include "drivers/base/wall_clock.hpp"
#include "drivers/road/start.hpp"
#include "kernels/clock.hpp"
#include "kernels/isa.hpp"

namespace trafficbench {

namespace {

// Repetitions are made this much longer than they must be, since the next one may be quicker than the trial.
constexpr double kMargin = 1.1;

// A closed form takes no longer for more iterations, and would be asked for ever more.
constexpr double kMaxSteps = 1e12;

// A clock that varies by more within one point is worth a warning: the rate of a part of it is not that of another.
constexpr double kClockTolerance = 0.1;

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

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
  const double cpu_start = cpu_seconds();
  const double start = wall_seconds();
  timing.moves = simulation.advance(steps);
  timing.seconds = wall_seconds() - start;
  timing.cpu = cpu_seconds() - cpu_start;
  return timing;
}

/// Rounded up to two significant digits, so that repeated runs agree on it more often than not.
std::int64_t round_up(double number) {
  const double scale = std::pow(10.0, std::max(0.0, std::floor(std::log10(number)) - 1));
  return static_cast<std::int64_t>(std::ceil(number / scale - 1e-9) * scale);
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
  if (!bind_workers(comm_, point_.threads, options_.oversubscribe).empty())
    result_.warnings.insert(Warning::oversubscribed);
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
        const int threads = is_stream(point_.start) ? 1 : point_.threads;
        held_ = shared_.starts.of(start_, simulation_->block(), threads);
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
  result_.steps = point_.steps;
  if (result_.steps == 0) choose_steps();
  result_.depth = std::max<std::int64_t>(1, simulation_->depth());
  result_.isa = point_.variant->uses_simd ? selected_isa() : std::string(kGenericIsa);
  result_.configuration = simulation_->configuration();
  give_back_road();
  return true;
}

std::int64_t PointTimer::wanted_steps() const {
  if (!too_short()) return result_.steps;
  const double quickest = std::ranges::min(result_.samples);
  const double wanted = static_cast<double>(result_.steps) * kMargin * options_.min_seconds / quickest;
  return round_up(std::min(kMaxSteps, wanted));
}

void PointTimer::start_over(std::int64_t steps) {
  result_.steps = steps;
  if (result_.full) {
    const auto [at, fresh] = shared_.expected.try_emplace({point_.road_cells, steps});
    if (fresh) at->second = expect(comm_, source(), steps, point_.threads);
    expected_ = at->second;
  }
  result_.discarded += static_cast<int>(result_.samples.size());
  result_.samples.clear();
  result_.cpu_seconds.clear();
  result_.rank_seconds.clear();
  result_.rounds.clear();
  clocks_.clear();
  core_seconds_ = {};
  all_core_seconds_ = 0;
}

void PointTimer::make_road() { simulation_ = std::make_unique<Simulation>(comm_, setup_of(point_)); }

void PointTimer::give_back_road() {
  if (retained_.road || !result_.restarted) return;
  simulation_.reset();
}

void PointTimer::choose_steps() {
  const double wanted_seconds = kMargin * options_.min_seconds;
  std::int64_t steps = 1;
  while (true) {
    const double trial = comm_.max_of(timed_advance(comm_, *simulation_, steps).seconds);
    iterations_ += steps;
    const double factor = trial > 0 ? wanted_seconds / trial : 1e3;
    const double wanted = std::min(kMaxSteps, std::max(1.0, static_cast<double>(steps) * factor));
    // A trial of a tenth is long enough to extrapolate from.
    if (trial >= options_.min_seconds / 10 || wanted >= kMaxSteps) {
      steps = round_up(wanted);
      break;
    }
    steps = static_cast<std::int64_t>(std::min(wanted, static_cast<double>(steps) * 20));
  }
  // Fewer would not let a variant that is blocked in time make one of its trips through memory.
  result_.steps = std::max(steps, point_.variant->work.iterations_per_trip);
}

void PointTimer::repeat(int round) {
  bind_workers(comm_, point_.threads, options_.oversubscribe);
  if (!simulation_) make_road();
  if (result_.restarted) {
    simulation_->load(source());
    iterations_ = 0;
  }
  constexpr int kClockSamples = 5;
  clocks_.push_back(measure_clock_hz(kClockSamples));
  const Timing timing = timed_advance(comm_, *simulation_, result_.steps);
  iterations_ += result_.steps;
  watch_placement();
  record(round, timing.seconds, timing.cpu);
  result_.problem = result_.full ? verify(*simulation_, timing.moves, point_.counting, expected_)
                                 : verify_windows(comm_, *simulation_, source(), result_.cars, iterations_);
  // The hash of a state that is right is the expected one.
  result_.hash = result_.problem.empty() || !result_.full ? expected_.hash : simulation_->hash();
  if (!result_.full && !retained_.road && result_.restarted) check_cars();
  give_back_road();
}

void PointTimer::record(int round, double own_seconds, double own_cpu_seconds) {
  const PhaseTimes phases = simulation_->phase_times();
  const std::vector<double> all = gather_numbers(comm_, {own_seconds, own_cpu_seconds, phases.compute, phases.edges,
                                                         phases.waiting, phases.exchange, phases.reduction});
  result_.samples.push_back(comm_.max_of(own_seconds));
  result_.rounds.push_back(round);
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
  return point_.steps == 0 && result_.problem.empty() && !result_.samples.empty() &&
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
  if (share_a_core(result_.placement)) result_.warnings.insert(Warning::shared_core);
  if (!clocks_.empty()) {
    result_.clock_hz = median(clocks_);
    const auto [least, most] = std::ranges::minmax(clocks_);
    if (most - least > kClockTolerance * result_.clock_hz) result_.warnings.insert(Warning::clock_changed);
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
