// Ends a launch that hangs inside a library's call on a file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "drivers/base/watchdog.hpp"
#include "drivers/io/io_method.hpp"

namespace trafficbench {

/// Seconds that a write or a read of so many bytes may take where nobody says else: a minute, and a second for each 10
/// MB.
double usual_patience(std::int64_t bytes);

/// A library may wait for ever in a call of which one rank has failed, and nobody can leave that call. Unless this is
/// gone within so many seconds, rank 0 says what took so long, each rank removes the file that it has made, and the
/// launch ends with status 1. A file system that answers nothing delays that by some seconds, and files stay.
class IoPatience {
 public:
  /// `doing`: "write" or "read". `made`: tells which file this rank has made; empty if none. `leave`: on rank 0, after
  /// that. Neither may call MPI.
  IoPatience(
      int rank, double seconds, const char* doing, std::string path, const IoMethod& method, Hints hints,
      std::function<std::string()> made, std::function<void()> leave = [] {});

 private:
  Watchdog watchdog_;
};

}  // namespace trafficbench
