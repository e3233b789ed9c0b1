// The world of a build without MPI: one rank.
#include "drivers/ranks/communicator.hpp"

namespace trafficbench {

std::unique_ptr<Communicator> start_world(int& /*argc*/, char**& /*argv*/) {
  check_world_size(1);
  return make_lone_rank();
}

}  // namespace trafficbench
