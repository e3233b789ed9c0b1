#include "drivers/machine/energy_watch.hpp"

#include <pthread.h>

#include <chrono>
#include <csignal>
#include <system_error>

#include "drivers/base/wall_clock.hpp"
#include "drivers/machine/placement.hpp"

namespace trafficbench {

EnergyWatch::EnergyWatch(const std::filesystem::path& root) : found_(find_energy_meter(root)) {
  // Signals are the main thread's: who waits in a call there is to hear of them.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread([this] { follow(); });
  } catch (const std::system_error&) {
    // The system gives no more threads: nothing is heard, which is no reason for this rank to leave the others.
    found_.meter.reset();
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

EnergyWatch::~EnergyWatch() { finish(); }

const EnergyTrace& EnergyWatch::finish() {
  is_over_ = true;
  if (thread_.joinable()) thread_.join();
  return trace_;
}

void EnergyWatch::follow() {
  // Else it would have the one core of the thread that started it, which works there.
  unbind_this_thread();
  // Five looks between two changes of a counter that changes ten times a second: it is seen soon after.
  constexpr auto kNap = std::chrono::milliseconds(20);
  while (!is_over_) {
    trace_.add(wall_seconds(), found_.meter ? found_.meter->read() : std::nullopt);
    std::this_thread::sleep_for(kNap);
  }
  trace_.add(wall_seconds(), found_.meter ? found_.meter->read() : std::nullopt);
}

}  // namespace trafficbench
