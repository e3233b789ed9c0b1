// What ends a command with one line and an exit status.
#pragma once

#include <stdexcept>

namespace trafficbench {

/// Input that cannot be taken: what() is one line that says what was wrong and what would be right. The program prints
/// it once and leaves with status 2 on every rank. Throw it on every rank alike, or through Communicator::agree.
class BadInput : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Something that was under way failed: a write, a disk that is full, a file that can no longer be read. The same with
/// status 1.
class WorkFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Exit statuses of every program and script of the suite.
enum class Status : int { done = 0, check_failed = 1, bad_input = 2, unclear = 3, interrupted = 4 };

}  // namespace trafficbench
