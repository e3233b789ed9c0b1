#include "drivers/interrupt.hpp"

#include <csignal>
#include <initializer_list>

namespace trafficbench {

namespace {
volatile std::sig_atomic_t signal_seen = 0;
}

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { signal_seen = 1; };
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaction(signal, &action, nullptr);
}

bool interrupted() { return signal_seen != 0; }

}  // namespace trafficbench
