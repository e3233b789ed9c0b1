// Signals that ask a sweep to stop in order: SIGTERM, SIGINT, and SIGUSR1 as schedulers send it before the end of a
// job.
#pragma once

#include <cstdint>

namespace trafficbench {

/// A second SIGTERM or SIGINT ends the process at once if it comes so much later than the first. A launcher may send
/// both for one Ctrl-C: Open MPI's a second apart.
inline constexpr std::int64_t kPatienceMs = 2000;

/// From here on the first of those signals no longer ends the process.
void watch_signals();

/// Whether one has come. The repetition under way is finished first.
bool interrupted();

}  // namespace trafficbench
