// Each rank sends to the one that is d ranks ahead while it receives from the one that is d ranks behind, for each d at
// which there are messages: the partners of a step are everywhere the same distance apart, so that no ring of ranks
// waits for itself.
#include "drivers/ranks/exchange/mpi_methods.hpp"
#include "drivers/ranks/mpi_handle.hpp"

namespace trafficbench {

namespace {

class SendrecvExchange final : public EdgeExchange {
 public:
  SendrecvExchange(Communicator& comm, const EdgeRoutes& routes) : comm_(mpi_handle(comm)), buffers_(routes) {
    const std::vector<PeerWords> sends = words_by_peer(routes.sends);
    const std::vector<PeerWords> receives = words_by_peer(routes.receives);
    const auto of_peer = [](const std::vector<PeerWords>& all, int peer) {
      for (const PeerWords& each : all) {
        if (each.peer == peer) return each;
      }
      return PeerWords{MPI_PROC_NULL, 0, 0};
    };
    const int size = comm.size();
    for (int distance = 1; distance < size; ++distance) {
      const Step step{of_peer(sends, (comm.rank() + distance) % size),
                      of_peer(receives, (comm.rank() - distance + size) % size)};
      if (step.send.words > 0 || step.receive.words > 0) steps_.push_back(step);
    }
  }

  std::span<std::uint64_t> outgoing(std::size_t send) override { return buffers_.outgoing(send); }
  std::span<const std::uint64_t> incoming(std::size_t receive) const override { return buffers_.incoming(receive); }
  void start() override {}
  void finish() override {
    for (const Step& step : steps_) {
      MPI_Sendrecv(buffers_.outgoing_words() + step.send.first, step.send.words, MPI_UINT64_T, step.send.peer, 0,
                   buffers_.incoming_words() + step.receive.first, step.receive.words, MPI_UINT64_T, step.receive.peer,
                   0, comm_, MPI_STATUS_IGNORE);
    }
  }

 private:
  struct Step {
    PeerWords send;
    PeerWords receive;
  };

  MPI_Comm comm_;
  EdgeBuffers buffers_;
  std::vector<Step> steps_;
};

}  // namespace

std::unique_ptr<EdgeExchange> make_sendrecv_exchange(Communicator& comm, const EdgeRoutes& routes, bool /*ahead*/) {
  return std::make_unique<SendrecvExchange>(comm, routes);
}

}  // namespace trafficbench
