// Tests that bind threads to cores, as the commands do.
#pragma once

#include <sched.h>

namespace trafficbench {

/// Gives this thread back the cores that it had, for the tests that follow.
class KeptBinding {
 public:
  KeptBinding() { sched_getaffinity(0, sizeof mask_, &mask_); }
  ~KeptBinding() { sched_setaffinity(0, sizeof mask_, &mask_); }
  KeptBinding(const KeptBinding&) = delete;
  KeptBinding& operator=(const KeptBinding&) = delete;

 private:
  cpu_set_t mask_{};
};

}  // namespace trafficbench
