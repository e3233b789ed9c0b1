// Signals that ask a sweep to stop in order: SIGTERM, SIGINT, and SIGUSR1 as schedulers send it before the end of a
// job.
#pragma once

namespace trafficbench {

/// From here on those signals no longer end the process.
void watch_signals();

/// Whether one has come. The repetition under way is finished first.
bool interrupted();

}  // namespace trafficbench
