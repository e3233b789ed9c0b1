// The clock of a core, measured: cycles are worked out from it, since hardware counters are not to be had everywhere.
#pragma once

namespace trafficbench {

/// Clock of the calling core in Hz: a chain of adds, each of which needs the one before, makes one a cycle on every
/// current core. Takes the best of `samples` >= 1 runs of about 70 microseconds each, since whatever disturbs a run
/// makes it longer.
double measure_clock_hz(int samples = 100);

/// The mean of `runs` >= 1 such runs, with all that disturbed them: a fixed piece of work, by the clock on the wall.
double measure_disturbed_clock_hz(int runs);

}  // namespace trafficbench
