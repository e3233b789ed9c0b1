// From what was measured of files to the rows of a report.
#pragma once

#include <cstdint>
#include <string>

#include "drivers/io/io_method.hpp"
#include "drivers/measure/io_visit.hpp"
#include "drivers/measure/measured_row.hpp"
#include "drivers/report/row.hpp"
#include "drivers/road/start.hpp"

namespace trafficbench {

/// What is measured at one place of `trafficbench io`: a write and a read.
struct IoPoint {
  const IoMethod* method = nullptr;
  IoLayout layout = IoLayout::contiguous;
  IoSync sync = IoSync::synced;
  std::int64_t cells = 0;  ///< of the road; its last block is filled up
  int ranks = 1;
  FileSystem file_system;
  bool names_folder = false;  ///< the folder is an axis: there are several
  StartOptions start;
  Hints hints;  ///< as asked for
  bool direct = false;
};

/// io/posix/cells:1e9/ranks:2/layout:contiguous/op:write/sync:synced, then direct:on if it is, and the folder where
/// there are several.
std::string row_name(const IoPoint& point, IoOperation operation);

/// The row of one operation as one visit measured it.
Row measured_row(const IoPoint& point, IoOperation operation, const IoMeasurement& measurement,
                 const VisitOfRow& visit);

}  // namespace trafficbench
