// The messages are described to the library once.
#include "drivers/ranks/exchange/mpi_methods.hpp"
#include "drivers/ranks/mpi_handle.hpp"

namespace trafficbench {

namespace {

class PersistentExchange final : public EdgeExchange {
 public:
  PersistentExchange(Communicator& comm, const EdgeRoutes& routes)
      : comm_(mpi_handle(comm)), routes_(routes), buffers_(routes) {
    requests_.reserve(routes.receives.size() + routes.sends.size());
  }

  void connect() override {
    for (std::size_t i = 0; i < routes_.receives.size(); ++i) {
      const EdgeRoute& route = routes_.receives[i];
      MPI_Recv_init(buffers_.incoming(i).data(), static_cast<int>(route.words), MPI_UINT64_T, route.peer, route.tag,
                    comm_, &requests_.emplace_back());
    }
    for (std::size_t i = 0; i < routes_.sends.size(); ++i) {
      const EdgeRoute& route = routes_.sends[i];
      MPI_Send_init(buffers_.outgoing(i).data(), static_cast<int>(route.words), MPI_UINT64_T, route.peer, route.tag,
                    comm_, &requests_.emplace_back());
    }
  }
  ~PersistentExchange() override {
    for (MPI_Request& request : requests_) MPI_Request_free(&request);
  }
  PersistentExchange(const PersistentExchange&) = delete;
  PersistentExchange& operator=(const PersistentExchange&) = delete;

  std::span<std::uint64_t> outgoing(std::size_t send) override { return buffers_.outgoing(send); }
  std::span<const std::uint64_t> incoming(std::size_t receive) const override { return buffers_.incoming(receive); }
  void start() override {
    // Open MPI takes a list without an address for an error, were it empty or not.
    if (!requests_.empty()) MPI_Startall(static_cast<int>(requests_.size()), requests_.data());
  }
  void finish() override { MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE); }

 private:
  MPI_Comm comm_;
  EdgeRoutes routes_;
  EdgeBuffers buffers_;
  std::vector<MPI_Request> requests_;
};

}  // namespace

std::unique_ptr<EdgeExchange> make_persistent_exchange(Communicator& comm, const EdgeRoutes& routes, bool /*ahead*/) {
  return std::make_unique<PersistentExchange>(comm, routes);
}

}  // namespace trafficbench
