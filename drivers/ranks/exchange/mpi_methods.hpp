// The methods that exchange edges by MPI, one file each.
#pragma once

#include <mpi.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "drivers/ranks/edge_exchange.hpp"

namespace trafficbench {

std::unique_ptr<EdgeExchange> make_sendrecv_exchange(Communicator& comm, const EdgeRoutes& routes, bool ahead);
std::unique_ptr<EdgeExchange> make_persistent_exchange(Communicator& comm, const EdgeRoutes& routes, bool ahead);
std::unique_ptr<EdgeExchange> make_fence_exchange(Communicator& comm, const EdgeRoutes& routes, bool ahead);
std::unique_ptr<EdgeExchange> make_pscw_exchange(Communicator& comm, const EdgeRoutes& routes, bool ahead);
std::unique_ptr<EdgeExchange> make_neighbour_exchange(Communicator& comm, const EdgeRoutes& routes, bool ahead);
std::unique_ptr<EdgeExchange> make_shared_exchange(Communicator& comm, const EdgeRoutes& routes, bool ahead);

/// All messages between this rank and one other, which lie together.
struct PeerWords {
  int peer = 0;
  int first = 0;  ///< in words
  int words = 0;
};

/// Routes by peer, in the order of the list. Throws std::bad_alloc if there are more words than MPI counts, 2^31 - 1:
/// 16 GiB of edges.
std::vector<PeerWords> words_by_peer(std::span<const EdgeRoute> routes);

/// The peers of these routes, each once, as a group of MPI.
MPI_Group group_of(MPI_Comm comm, std::span<const EdgeRoute> routes);

}  // namespace trafficbench
