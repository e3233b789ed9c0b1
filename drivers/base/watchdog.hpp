// Barks if something takes too long.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace trafficbench {

/// Calls `bark` on a thread of its own unless this is gone within so many seconds.
class Watchdog {
 public:
  Watchdog(double seconds, std::function<void()> bark);
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  ~Watchdog();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace trafficbench
