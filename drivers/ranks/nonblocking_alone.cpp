// The methods of exchange of a program on one rank, and of the simulation: the default alone.
#include "drivers/ranks/edge_exchange.hpp"

namespace trafficbench {

std::span<const ExchangeMethod> exchange_methods() {
  static const ExchangeMethod methods[] = {
      {"nonblocking", "MPI_Irecv, MPI_Isend and MPI_Waitall", make_nonblocking_exchange, true}};
  return methods;
}

}  // namespace trafficbench
