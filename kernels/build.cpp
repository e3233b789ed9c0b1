#include "kernels/build.hpp"

namespace trafficbench {

bool built_with_optimisation() {
#ifdef __OPTIMIZE__
  return true;
#else
  return false;
#endif
}

}  // namespace trafficbench
