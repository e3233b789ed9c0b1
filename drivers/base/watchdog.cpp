#include "drivers/base/watchdog.hpp"

#include <chrono>
#include <future>
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

std::string answer_within(double seconds, std::function<std::string()> ask, std::string otherwise) {
  std::packaged_task<std::string()> asking(std::move(ask));
  std::future<std::string> answer = asking.get_future();
  std::thread(std::move(asking)).detach();
  const bool is_answered = answer.wait_for(std::chrono::duration<double>(seconds)) == std::future_status::ready;
  return is_answered ? answer.get() : std::move(otherwise);
}

}  // namespace trafficbench
