#include "drivers/base/interrupt.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <ctime>

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
  // Come from schedulers and limits, some time before the end and perhaps more than once.
  if (number == SIGUSR1 || number == SIGXCPU) return;
  const std::int64_t now = now_ms();
  std::int64_t first = 0;
  if (first_request_ms.compare_exchange_strong(first, now)) return;
  if (now - first < kPatienceMs) return;
  std::signal(number, SIG_DFL);
  std::raise(number);
}

constexpr int kWatched[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGXCPU};
constexpr int kHeld[] = {SIGUSR1, SIGXCPU};

// A bit for each signal.
std::uint64_t ignored_at_start = 0;

bool is_ignored(int number) {
  struct sigaction now {};
  return (ignored_at_start >> number & 1) != 0 || (sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN);
}

sigset_t held_signals() {
  sigset_t held{};
  sigemptyset(&held);
  for (const int number : kHeld) sigaddset(&held, number);
  return held;
}

}  // namespace

// Sanitizers are not set up yet either.
__attribute__((no_sanitize("address", "thread", "undefined"))) void note_ignored_signals() {
  // As the kernel has it, of which the handler comes first.
  constexpr std::size_t kMaskBytes = 8;
  for (const int number : kWatched) {
    std::uintptr_t action[8];
    if (syscall(SYS_rt_sigaction, number, nullptr, action, kMaskBytes) != 0) continue;
    if (action[0] == reinterpret_cast<std::uintptr_t>(SIG_IGN)) ignored_at_start |= std::uint64_t{1} << number;
  }
  std::uint64_t held = 0;
  for (const int number : kHeld) held |= std::uint64_t{1} << (number - 1);
  syscall(SYS_rt_sigprocmask, SIG_BLOCK, &held, nullptr, kMaskBytes);
}

void give_back_hangup() {
  if (!is_ignored(SIGHUP)) std::signal(SIGHUP, SIG_DFL);
}

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;
  for (const int number : kWatched) {
    if (is_ignored(number)) {
      std::signal(number, SIG_IGN);
    } else {
      sigaction(number, &action, nullptr);
    }
  }
  const sigset_t held = held_signals();
  pthread_sigmask(SIG_UNBLOCK, &held, nullptr);
}

bool interrupted() { return signal_seen != 0; }

SignalsHeld::SignalsHeld() {
  const sigset_t held = held_signals();
  pthread_sigmask(SIG_BLOCK, &held, &before_);
}

SignalsHeld::~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

void take_failed_writes() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace trafficbench
