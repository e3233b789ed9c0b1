#include "drivers/ranks/exchange/mpi_methods.hpp"

namespace trafficbench {

std::span<const ExchangeMethod> exchange_methods() {
  static const ExchangeMethod methods[] = {
      {"nonblocking", "MPI_Irecv, MPI_Isend and MPI_Waitall", make_nonblocking_exchange, true},
      {"sendrecv", "MPI_Sendrecv, one peer after the other", make_sendrecv_exchange},
      {"persistent", "MPI_Recv_init and MPI_Send_init once, then MPI_Startall and MPI_Waitall",
       make_persistent_exchange, true},
      {"fence", "one-sided: MPI_Put between two MPI_Win_fence", make_fence_exchange, true},
      {"pscw", "one-sided: MPI_Put between post, start, complete and wait", make_pscw_exchange, true},
      {"neighbour", "MPI_Neighbor_alltoallv on a graph of the peers", make_neighbour_exchange, true},
      {"shared", "a window of shared memory on a node, nonblocking between nodes", make_shared_exchange, true},
  };
  return methods;
}

}  // namespace trafficbench
