// Says how far a long command has come: one line that is rewritten on a terminal, plain lines elsewhere.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "drivers/base/wall_clock.hpp"

namespace trafficbench {

/// Time left is what a forecast says, where there is one, and else follows from what the finished part of the work
/// took. Writes to standard error; used by one rank. A terminal that cannot clear a line (TERM=dumb) gets plain lines
/// too.
class Progress {
 public:
  using Clock = std::function<double()>;  ///< seconds

  /// `items` pieces of work. Where nothing forecasts, so_far() tells how much of their `weight`, in any unit, is done.
  explicit Progress(std::size_t items, double weight = 0, Clock clock = wall_seconds);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Work on one or more items starts.
  void start(const std::string& what);

  /// An item is done; `result` says which, and what came of it. Where it is empty, an item that is worth no line.
  void done(const std::string& result);

  /// So much of the weight is done. Says so now and then, if it takes long.
  void so_far(double weight, const std::string& what);

  /// Something moved inside an item. Says so now and then, if it takes long.
  void moved(const std::string& what);

  /// All that is left takes so many seconds from now on, waits included.
  void forecast(double seconds);

 private:
  std::string line(const std::string& what) const;
  std::string time_left() const;
  void clear_line() const;

  std::size_t items_;
  std::size_t done_ = 0;
  double weight_;
  double done_weight_ = 0;
  Clock clock_;
  double ends_ = -1;  // as forecast, by the clock
  bool has_forecast_ = false;
  bool terminal_;
  double began_;
  double said_;  // by moved()
};

}  // namespace trafficbench
