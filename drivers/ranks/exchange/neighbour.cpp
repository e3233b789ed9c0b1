// A neighbourhood collective on a graph that has an edge for each peer. On one ring of one or two ranks both neighbours
// are one process, and a halo wider than a segment comes from more than two: so the graph is of distinct peers,
// whatever the number of messages between them.
#include "drivers/ranks/exchange/collective.hpp"
#include "drivers/ranks/exchange/mpi_methods.hpp"
#include "drivers/ranks/mpi_handle.hpp"

namespace trafficbench {

namespace {

/// Words to or from each peer, as the collective wants them.
struct Counts {
  std::vector<int> peers;
  std::vector<int> words;
  std::vector<int> first;

  explicit Counts(std::span<const EdgeRoute> routes) {
    for (const PeerWords& peer : words_by_peer(routes)) {
      peers.push_back(peer.peer);
      words.push_back(peer.words);
      first.push_back(peer.first);
    }
  }
  int size() const { return static_cast<int>(peers.size()); }
};

class NeighbourExchange final : public EdgeExchange {
 public:
  NeighbourExchange(Communicator& comm, const EdgeRoutes& routes, bool ahead)
      : comm_(mpi_handle(comm)), ahead_(ahead), buffers_(routes), sends_(routes.sends), receives_(routes.receives) {}

  void connect() override {
    const ErrorsReturned returned(comm_);
    const std::vector<int> one(1);  // an address for lists that are empty
    const auto list = [&](const std::vector<int>& peers) { return peers.empty() ? one.data() : peers.data(); };
    check_mpi(
        MPI_Dist_graph_create_adjacent(comm_, receives_.size(), list(receives_.peers), MPI_UNWEIGHTED, sends_.size(),
                                       list(sends_.peers), MPI_UNWEIGHTED, MPI_INFO_NULL, 0, graph_.address()),
        "MPI_Dist_graph_create_adjacent");
    // It has inherited that errors are returned.
    MPI_Comm_set_errhandler(graph_.handle(), MPI_ERRORS_ARE_FATAL);
  }

  std::span<std::uint64_t> outgoing(std::size_t send) override { return buffers_.outgoing(send); }
  std::span<const std::uint64_t> incoming(std::size_t receive) const override { return buffers_.incoming(receive); }
  void start() override {
    if (!ahead_ || alone()) return;
    MPI_Ineighbor_alltoallv(buffers_.outgoing_words(), sends_.words.data(), sends_.first.data(), MPI_UINT64_T,
                            buffers_.incoming_words(), receives_.words.data(), receives_.first.data(), MPI_UINT64_T,
                            graph_.handle(), &request_);
  }
  void finish() override {
    if (alone()) return;
    if (ahead_) {
      MPI_Wait(&request_, MPI_STATUS_IGNORE);
      return;
    }
    MPI_Neighbor_alltoallv(buffers_.outgoing_words(), sends_.words.data(), sends_.first.data(), MPI_UINT64_T,
                           buffers_.incoming_words(), receives_.words.data(), receives_.first.data(), MPI_UINT64_T,
                           graph_.handle());
  }

 private:
  /// A rank without cells, to which nobody speaks.
  bool alone() const { return sends_.size() + receives_.size() == 0; }

  MPI_Comm comm_;
  bool ahead_;
  MPI_Request request_ = MPI_REQUEST_NULL;
  EdgeBuffers buffers_;
  Counts sends_;
  Counts receives_;
  OwnCommunicator graph_;
};

}  // namespace

std::unique_ptr<EdgeExchange> make_neighbour_exchange(Communicator& comm, const EdgeRoutes& routes, bool ahead) {
  return std::make_unique<NeighbourExchange>(comm, routes, ahead);
}

}  // namespace trafficbench
