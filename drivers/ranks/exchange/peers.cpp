#include <climits>
#include <new>

#include "drivers/ranks/exchange/mpi_methods.hpp"

namespace trafficbench {

std::vector<PeerWords> words_by_peer(std::span<const EdgeRoute> routes) {
  if (words_of(routes) > INT_MAX) throw std::bad_alloc();
  std::vector<PeerWords> peers;
  int first = 0;
  for (const EdgeRoute& route : routes) {
    const auto words = static_cast<int>(route.words);
    if (peers.empty() || peers.back().peer != route.peer) peers.push_back({route.peer, first, 0});
    peers.back().words += words;
    first += words;
  }
  return peers;
}

MPI_Group group_of(MPI_Comm comm, std::span<const EdgeRoute> routes) {
  std::vector<int> ranks;
  for (const EdgeRoute& route : routes) {
    if (ranks.empty() || ranks.back() != route.peer) ranks.push_back(route.peer);
  }
  MPI_Group all = MPI_GROUP_NULL;
  MPI_Group group = MPI_GROUP_NULL;
  MPI_Comm_group(comm, &all);
  MPI_Group_incl(all, static_cast<int>(ranks.size()), ranks.data(), &group);
  MPI_Group_free(&all);
  return group;
}

}  // namespace trafficbench
