// Says how far a long command has come: one line that is rewritten on a terminal, plain lines elsewhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace trafficbench {

/// Time left is estimated from what the finished part of the work took. Writes to standard error; used by one rank. The
/// environment variable TRAFFICBENCH_TERMINAL stands for a terminal that a launcher hides.
class Progress {
 public:
  /// `items` pieces of work that weigh `weight` together, in any unit.
  Progress(std::size_t items, double weight);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// The next item starts.
  void start(const std::string& what);

  /// It is done, and weighed that much; `result` is a few words.
  void done(double weight, const std::string& result);

 private:
  std::string time_left() const;
  void clear_line() const;

  std::size_t items_;
  std::size_t item_ = 0;
  double weight_;
  double done_weight_ = 0;
  std::string what_;
  bool terminal_;
  std::chrono::steady_clock::time_point began_;
};

}  // namespace trafficbench
