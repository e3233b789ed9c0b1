// In the place of Score-P's, as far as the program uses it.
#pragma once

#include <cstddef>

#include "../events.hpp"

#ifndef SCOREP_USER_ENABLE
#error "without this Score-P's user regions do nothing"
#endif
using SCOREP_User_RegionHandle = const char*;
#define SCOREP_USER_INVALID_REGION nullptr
#define SCOREP_USER_REGION_TYPE_COMMON 0
#define SCOREP_USER_REGION_BEGIN(handle, name, type) begin_region(&(handle), name, type);
#define SCOREP_USER_REGION_END(handle) end_region(handle);

/// A region is made at its first use, and is the same ever after.
inline void begin_region(SCOREP_User_RegionHandle* handle, const char* name, int /*type*/) {
  if (*handle == SCOREP_USER_INVALID_REGION) *handle = name;
  profiler_events.add(std::string("begin ") + *handle);
}
inline void end_region(SCOREP_User_RegionHandle handle) { profiler_events.add(std::string("end ") + handle); }
