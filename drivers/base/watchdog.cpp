#include "drivers/base/watchdog.hpp"

#include <chrono>
#include <utility>

namespace trafficbench {

Watchdog::Watchdog(double seconds, std::function<void()> bark)
    : thread_([this, seconds, bark = std::move(bark)] {
        std::unique_lock lock(mutex_);
        if (changed_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return is_over_; })) return;
        lock.unlock();
        bark();
      }) {}

Watchdog::~Watchdog() {
  {
    const std::scoped_lock lock(mutex_);
    is_over_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

}  // namespace trafficbench
