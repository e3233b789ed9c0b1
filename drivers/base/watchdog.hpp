// For what may take too long.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
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

/// What `ask` returns; `otherwise` if that takes longer than so many seconds, as on a file system that answers nothing.
/// It goes on then, for ever perhaps, on a thread of its own: it must own what it uses.
std::string answer_within(double seconds, std::function<std::string()> ask, std::string otherwise);

}  // namespace trafficbench
