// The hash of a road of which every rank has hashed its part.
#pragma once

#include "drivers/ranks/communicator.hpp"
#include "kernels/road_hash.hpp"

namespace trafficbench {

/// Collective: the parts of all ranks together, on every rank.
inline RoadHash sum_of_hashes(Communicator& comm, const RoadHash& part) {
  std::int64_t halves[2] = {static_cast<std::int64_t>(part.partial() >> 32),
                            static_cast<std::int64_t>(part.partial() & 0xffffffffu)};
  comm.sum(halves);
  RoadHash whole;
  whole.merge(static_cast<std::uint64_t>(halves[0]), static_cast<std::uint64_t>(halves[1]));
  return whole;
}

}  // namespace trafficbench
