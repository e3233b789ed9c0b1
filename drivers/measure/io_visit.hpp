// One write of a road to files, and one read of it, timed phase by phase.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "drivers/io/io_method.hpp"
#include "drivers/io/stripes.hpp"
#include "drivers/measure/io_road.hpp"
#include "drivers/ranks/communicator.hpp"
#include "drivers/report/row.hpp"

namespace trafficbench {

/// One operation: seconds of the slowest rank.
struct IoTimes {
  double seconds = 0;  ///< from the barrier before it to the one after it
  IoPhases phases;
  double cpu_seconds = 0;  ///< of all ranks together
  Hints hints;             ///< in force
};

struct IoMeasurement {
  IoTimes write;
  IoTimes read;
  std::int64_t files = 0;
  std::optional<double> resident;  ///< part in the page cache as the read began; nothing: the system does not say
  IoRoad::Verdict verdict;
  Stripes stripes;  ///< on rank 0, of the file that its blocks went into
};

/// What one visit does.
struct IoVisit {
  const IoMethod* method = nullptr;
  IoSync sync = IoSync::synced;
  std::string path;  ///< of a file, or of several that begin so
  Hints hints;
  bool direct = false;  ///< past the page cache
  double patience = 0;  ///< seconds that a write or a read may take
  bool keep = false;    ///< files stay, unless something goes wrong, as kept_name() calls them
  bool asks_for_stripes = false;
  std::function<void()> give_up = [] {};  ///< on rank 0, before the launch is ended at once; it may not call MPI
};

/// Collective: writes the road to new files, sees to it that they are on the disk and out of the page cache unless they
/// are to be cached, reads them back, by other ranks than wrote, and holds every block against what was written.
/// Nothing if a signal asked to stop in between. Throws WorkFailed on every rank if one of them cannot write or read;
/// no files are left then, and the launch cannot go on if the method does not survive a failure. A library may wait for
/// ever in a call of which one rank has failed, and nobody can leave that call: if a write or a read takes longer than
/// `patience`, the launch ends with one line and status 1, and its files go.
std::optional<IoMeasurement> make_io_visit(Communicator& world, const IoVisit& visit, IoRoad& road);

}  // namespace trafficbench
