// Every rank puts its edges into the windows of others; one fence ends an exchange and begins the next. A message has
// two places that take turns: what arrived last is read while others put the next.
#include "drivers/ranks/exchange/collective.hpp"
#include "drivers/ranks/exchange/mpi_methods.hpp"
#include "drivers/ranks/mpi_handle.hpp"

namespace trafficbench {

namespace {

class FenceExchange final : public EdgeExchange {
 public:
  FenceExchange(Communicator& comm, const EdgeRoutes& routes)
      : comm_(mpi_handle(comm)), routes_(routes), buffers_({routes.sends, {}}) {}

  void connect() override {
    words_ = window_.allocate(comm_, 2 * words_of(routes_.receives));
    MPI_Win_fence(MPI_MODE_NOPRECEDE, window_.handle());
  }

  std::span<std::uint64_t> outgoing(std::size_t send) override { return buffers_.outgoing(send); }
  std::span<const std::uint64_t> incoming(std::size_t receive) const override {
    const EdgeRoute& route = routes_.receives[receive];
    return {words_ + place(route, 1 - turn_), static_cast<std::size_t>(route.words)};
  }
  void start() override {
    for (std::size_t i = 0; i < routes_.sends.size(); ++i) {
      const EdgeRoute& route = routes_.sends[i];
      const auto words = static_cast<int>(route.words);
      MPI_Put(buffers_.outgoing(i).data(), words, MPI_UINT64_T, route.peer, place(route, turn_), words, MPI_UINT64_T,
              window_.handle());
    }
  }
  void finish() override {
    MPI_Win_fence(0, window_.handle());
    turn_ = 1 - turn_;
  }

 private:
  static std::int64_t place(const EdgeRoute& route, int turn) { return 2 * route.slot + turn * route.words; }

  MPI_Comm comm_;
  EdgeRoutes routes_;
  EdgeBuffers buffers_;
  Window window_;
  std::uint64_t* words_ = nullptr;
  int turn_ = 0;  // of the places that the next puts go to
};

}  // namespace

std::unique_ptr<EdgeExchange> make_fence_exchange(Communicator& comm, const EdgeRoutes& routes, bool /*ahead*/) {
  return std::make_unique<FenceExchange>(comm, routes);
}

}  // namespace trafficbench
