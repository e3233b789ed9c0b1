#include "drivers/command/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "drivers/base/standard_output.hpp"
#include "drivers/base/terminal.hpp"
#include "drivers/base/utf8.hpp"

namespace trafficbench {

namespace {

std::string duration_text(double seconds) {
  const long whole = std::lround(seconds);
  if (whole >= 3600) return fmt::format("{}h{:02}m", whole / 3600, whole / 60 % 60);
  if (whole >= 60) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  return fmt::format("{}s", whole);
}

}  // namespace

Progress::Progress(std::size_t items, double weight, double planned)
    : items_(items),
      weight_(weight),
      planned_(planned),
      terminal_(terminal_columns(STDERR_FILENO).has_value() && can_rewrite_lines()),
      began_(std::chrono::steady_clock::now()),
      said_(terminal_ ? Moment() : began_) {}

Progress::~Progress() { clear_line(); }

std::string Progress::time_left() const {
  const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  if (planned_ > 0) return ", " + duration_text(std::max(planned_ - elapsed, weight_ - done_weight_)) + " left";
  if (done_weight_ <= 0) return "";
  return ", " + duration_text(elapsed * (weight_ - done_weight_) / done_weight_) + " left";
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

void Progress::done(double weight, const std::string& result) {
  done_weight_ += weight;
  ++done_;
  if (!terminal_) say(line(result) + "\n");
}

void Progress::so_far(double weight, const std::string& what) {
  constexpr auto kPauseOnTerminal = std::chrono::milliseconds(200);
  constexpr auto kPause = std::chrono::seconds(10);
  done_weight_ = weight;
  const Moment now = std::chrono::steady_clock::now();
  if (now - said_ < (terminal_ ? kPauseOnTerminal : kPause)) return;
  said_ = now;
  start(what);
  if (!terminal_) say(line(what) + "\n");
}

}  // namespace trafficbench
