// Says how far a long command has come: one line that is rewritten on a terminal, plain lines elsewhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace trafficbench {

/// Time left is estimated from what the finished part of the work took, or follows from a plan. Writes to standard
/// error; used by one rank. A terminal that cannot clear a line (TERM=dumb) gets plain lines too.
class Progress {
 public:
  /// `items` pieces of work that weigh `weight` together, in any unit. If it is planned how long all of it takes, waits
  /// included, the weights are seconds, and `planned` is above 0.
  Progress(std::size_t items, double weight, double planned = 0);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Work on one or more items starts.
  void start(const std::string& what);

  /// An item is done, and weighed that much; `result` says which, and what came of it.
  void done(double weight, const std::string& result);

  /// Of one item: so much of its weight is done. Says so now and then, if it takes long.
  void so_far(double weight, const std::string& what);

 private:
  using Moment = std::chrono::steady_clock::time_point;

  std::string line(const std::string& what) const;
  std::string time_left() const;
  void clear_line() const;

  std::size_t items_;
  std::size_t done_ = 0;
  double weight_;
  double done_weight_ = 0;
  double planned_;
  bool terminal_;
  Moment began_;
  Moment said_;  // by so_far()
};

}  // namespace trafficbench
