// Who does the work of a road that a Python program holds: the kernel, its threads, and where they run.
#pragma once

#include <atomic>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "drivers/ranks/communicator.hpp"
#include "kernels/variant.hpp"

namespace trafficbench::python {

/// Called between two pieces of a long call, several times a second; what it throws ends the call.
using Pause = std::function<void()>;

/// Seconds between two pauses.
inline constexpr double kPieceSeconds = 0.1;

/// A call that this object cannot take now: what() is one line that says why.
class Misuse : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Memory that is not there: what() is one line.
class OutOfMemory : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The workers of one road or segment.
struct Workers {
  const Variant* variant = nullptr;
  int threads = 1;
  int process = 0;  ///< the process that they were made in: threads do not survive a fork
};

/// The kernel of that name, or auto, on so many threads. 0 threads: OMP_NUM_THREADS, else all cores that this process
/// may use, or one thread in a program that was launched as several ranks, whose cores others have too. The calling
/// thread is one of them, and is never bound. The others are bound, but for programs of several ranks and Python's
/// other threads, which do not know of each other. Throws BadInput, and Misuse after a fork that lost threads.
Workers find_workers(Communicator& alone, const std::string& kernel, int threads);

/// Throws Misuse where these workers did not come along with a fork.
void check_workers(const Workers& workers);

/// Lets one thread in at a time, and refuses the others: Misuse.
class Turn {
 public:
  Turn(std::atomic_flag& taken, std::string_view whose);
  ~Turn() { taken_.clear(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  std::atomic_flag& taken_;
};

}  // namespace trafficbench::python
