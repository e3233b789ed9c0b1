#include "drivers/base/interrupt.hpp"

#include <atomic>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <initializer_list>

namespace trafficbench {

namespace {

volatile std::sig_atomic_t signal_seen = 0;

// Of the first SIGINT or SIGTERM; 0: none came. A handler may touch what has no lock.
std::atomic<std::int64_t> first_request_ms = 0;
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

std::int64_t now_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return 1 + std::int64_t{1000} * now.tv_sec + now.tv_nsec / 1'000'000;
}

void handle(int number) {
  signal_seen = 1;
  // Comes from schedulers, some time before the end and perhaps more than once.
  if (number == SIGUSR1) return;
  const std::int64_t now = now_ms();
  std::int64_t first = 0;
  if (first_request_ms.compare_exchange_strong(first, now)) return;
  if (now - first < kPatienceMs) return;
  std::signal(number, SIG_DFL);
  std::raise(number);
}

}  // namespace

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGTERM, SIGINT, SIGUSR1}) sigaction(number, &action, nullptr);
}

bool interrupted() { return signal_seen != 0; }

}  // namespace trafficbench
