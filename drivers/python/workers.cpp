#include "drivers/python/workers.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/machine/placement.hpp"
#include "drivers/plan/axes.hpp"
#include "drivers/plan/kernel_choice.hpp"
#include "kernels/isa.hpp"
#include "kernels/registry.hpp"

namespace trafficbench::python {

namespace {

// The thread that imports the module is Python's main thread as a rule.
const std::thread::id first_thread = std::this_thread::get_id();

// OpenMP keeps its threads for the next parallel region. In the child of a fork they are missing, and waited for.
std::atomic<bool> has_threads = false;
std::atomic<bool> lost_threads = false;

void after_fork() {
  if (has_threads) lost_threads = true;
}

constexpr const char* kLost =
    "this process was forked from one whose threads stayed behind: start processes by spawn, or make roads of one "
    "thread";

int default_threads(Communicator& alone) {
  if (const std::int64_t asked = omp_num_threads(); asked > 0) return static_cast<int>(asked);
  return launched_as_several() ? 1 : threads_per_rank(alone);
}

void start_threads(Communicator& alone, int threads) {
  if (lost_threads) throw Misuse(kLost);
  if (!has_threads.exchange(true)) pthread_atfork(nullptr, nullptr, after_fork);
  if (const std::string reason = why_no_threads(alone, threads); !reason.empty()) throw BadInput(reason);
  if (launched_as_several() || std::this_thread::get_id() != first_thread) return;
  Placing placing = plan_workers(alone, threads, true);
  if (placing.cpus.empty()) return;
  placing.cpus.front() = kNoCpu;  // the caller
  bind_own_workers(placing.cpus);
}

}  // namespace

Workers find_workers(Communicator& alone, const std::string& kernel, int threads) {
  const KernelChoice choice = KernelName(kernel).choose(variants(), has_ternary_logic());
  if (threads != 0) check_count(threads, "threads", 1, kMaxThreads);
  const Workers workers{choice.variant, threads != 0 ? threads : default_threads(alone), static_cast<int>(getpid())};
  if (workers.threads < choice.min_threads()) {
    throw BadInput(
        fmt::format("kernel {} needs two threads or more: write threads=2, or {} alone", kernel, choice.variant->name));
  }
  if (workers.threads > 1) start_threads(alone, workers.threads);
  static std::once_flag once;
  std::call_once(once, [&] { use_waves(alone, "auto"); });
  return workers;
}

void check_workers(const Workers& workers) {
  if (workers.threads > 1 && workers.process != getpid()) throw Misuse(kLost);
}

Turn::Turn(std::atomic_flag& taken, std::string_view whose) : taken_(taken) {
  if (taken_.test_and_set()) {
    throw Misuse(fmt::format("this {0} is at work in another thread: give each thread a {0} of its own", whose));
  }
}

}  // namespace trafficbench::python
