// Regions that a profiler shows by name, where the program was built for one (CMake: TRAFFICBENCH_REGIONS). Otherwise
// there is nothing left of them.
//
//     const Region region(Region::kExchange);  // to the end of the block
//
// Regions may lie in each other. MPI's own calls and the kernels' functions are for the profiler to find.
#pragma once

#if defined(TRAFFICBENCH_REGIONS_LIKWID)
#include <likwid-marker.h>
#elif defined(TRAFFICBENCH_REGIONS_SCOREP)
#include <scorep/SCOREP_User.h>
#elif defined(TRAFFICBENCH_REGIONS_CRAYPAT)
#include <pat_api.h>
#endif

namespace trafficbench {

/// What a rank does from here to the end of the block.
class [[maybe_unused]] Region {
 public:
  enum Phase { kAdvance, kExchange, kReduce, kVerify };

  static constexpr const char* kNames[] = {"advance", "exchange", "reduce", "verify"};

  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;

#if defined(TRAFFICBENCH_REGIONS_LIKWID)
  /// So many OpenMP threads do it. LIKWID counts what happens on the thread that says so: each must.
  explicit Region(Phase phase, int threads = 1) : phase_(phase), threads_(threads) {
#pragma omp parallel num_threads(threads_)
    LIKWID_MARKER_START(kNames[phase_]);
  }
  ~Region() {
#pragma omp parallel num_threads(threads_)
    LIKWID_MARKER_STOP(kNames[phase_]);
  }

 private:
  Phase phase_;
  int threads_;
#elif defined(TRAFFICBENCH_REGIONS_SCOREP)
  explicit Region(Phase phase, int /*threads*/ = 1) : phase_(phase) {
    SCOREP_USER_REGION_BEGIN(handles[phase_], kNames[phase_], SCOREP_USER_REGION_TYPE_COMMON)
  }
  ~Region() { SCOREP_USER_REGION_END(handles[phase_]) }

 private:
  static inline SCOREP_User_RegionHandle handles[] = {SCOREP_USER_INVALID_REGION, SCOREP_USER_INVALID_REGION,
                                                      SCOREP_USER_INVALID_REGION, SCOREP_USER_INVALID_REGION};
  Phase phase_;
#elif defined(TRAFFICBENCH_REGIONS_CRAYPAT)
  explicit Region(Phase phase, int /*threads*/ = 1) : phase_(phase) { PAT_region_begin(1 + phase_, kNames[phase_]); }
  ~Region() { PAT_region_end(1 + phase_); }

 private:
  Phase phase_;
#else
  explicit constexpr Region(Phase /*phase*/, int /*threads*/ = 1) {}
#endif
};

/// All regions of a process lie in the life of one of these, which begins and ends where there is one thread.
class [[maybe_unused]] Regions {
 public:
  Regions(const Regions&) = delete;
  Regions& operator=(const Regions&) = delete;
#if defined(TRAFFICBENCH_REGIONS_LIKWID)
  Regions() { LIKWID_MARKER_INIT; }
  ~Regions() { LIKWID_MARKER_CLOSE; }
#else
  constexpr Regions() {}  // NOLINT(modernize-use-equals-default): a variable of it is used by being there
#endif
};

}  // namespace trafficbench
