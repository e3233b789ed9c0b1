#include "drivers/command/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "drivers/base/standard_output.hpp"
#include "drivers/base/terminal.hpp"
#include "drivers/base/utf8.hpp"

namespace trafficbench {

namespace {

// Seconds from one line about what moves inside an item to the next.
constexpr double kPauseOnTerminal = 0.2;
constexpr double kPause = 10;

std::string duration_text(double seconds) {
  const long whole = std::lround(seconds);
  if (whole >= 3600) return fmt::format("{}h{:02}m", whole / 3600, whole / 60 % 60);
  if (whole >= 60) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  return fmt::format("{}s", whole);
}

}  // namespace

Progress::Progress(std::size_t items, double weight, Clock clock)
    : items_(items),
      weight_(weight),
      clock_(std::move(clock)),
      terminal_(terminal_columns(STDERR_FILENO).has_value() && can_rewrite_lines()),
      began_(clock_()),
      said_(terminal_ ? began_ - kPauseOnTerminal : began_) {}

Progress::~Progress() { clear_line(); }

std::string Progress::time_left() const {
  const double now = clock_();
  double left = ends_ - now;
  if (!has_forecast_) {
    if (done_weight_ <= 0) return "";
    left = (now - began_) * (weight_ - done_weight_) / done_weight_;
  }
  return ", " + duration_text(std::max(left, 0.0)) + " left";
}

void Progress::clear_line() const {
  if (terminal_) erase_line();
}

std::string Progress::line(const std::string& what) const {
  return fmt::format("[{}/{}{}] {}", done_, items_, time_left(), what);
}

void Progress::start(const std::string& what) {
  if (!terminal_) return;
  clear_line();
  // What goes on in the next line is not cleared. It may have become narrower; and some go on once the last column is
  // full.
  say(beginning(line(what), terminal_columns(STDERR_FILENO).value_or(1) - 1));
}

void Progress::done(const std::string& result) {
  ++done_;
  if (!terminal_ && !result.empty()) say(line(result) + "\n");
}

void Progress::so_far(double weight, const std::string& what) {
  done_weight_ = weight;
  moved(what);
}

void Progress::moved(const std::string& what) {
  const double now = clock_();
  if (now - said_ < (terminal_ ? kPauseOnTerminal : kPause)) return;
  said_ = now;
  start(what);
  if (!terminal_) say(line(what) + "\n");
}

void Progress::forecast(double seconds) {
  ends_ = clock_() + seconds;
  has_forecast_ = true;
}

}  // namespace trafficbench
