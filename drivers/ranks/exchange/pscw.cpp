// Post, start, complete, wait: a rank opens its window to those alone who have edges for it, and is done when they are.
#include "drivers/ranks/exchange/collective.hpp"
#include "drivers/ranks/exchange/mpi_methods.hpp"
#include "drivers/ranks/mpi_handle.hpp"

namespace trafficbench {

namespace {

class PscwExchange final : public EdgeExchange {
 public:
  PscwExchange(Communicator& comm, const EdgeRoutes& routes)
      : comm_(mpi_handle(comm)), routes_(routes), buffers_({routes.sends, {}}) {
    origins_ = group_of(comm_, routes_.receives);
    targets_ = group_of(comm_, routes_.sends);
  }
  ~PscwExchange() override {
    for (MPI_Group* group : {&origins_, &targets_}) {
      if (*group != MPI_GROUP_NULL && *group != MPI_GROUP_EMPTY) MPI_Group_free(group);
    }
  }
  PscwExchange(const PscwExchange&) = delete;
  PscwExchange& operator=(const PscwExchange&) = delete;

  void connect() override { words_ = window_.allocate(comm_, words_of(routes_.receives)); }

  std::span<std::uint64_t> outgoing(std::size_t send) override { return buffers_.outgoing(send); }
  std::span<const std::uint64_t> incoming(std::size_t receive) const override {
    const EdgeRoute& route = routes_.receives[receive];
    return {words_ + route.slot, static_cast<std::size_t>(route.words)};
  }
  void start() override {
    if (!routes_.receives.empty()) MPI_Win_post(origins_, 0, window_.handle());
    if (routes_.sends.empty()) return;
    MPI_Win_start(targets_, 0, window_.handle());
    for (std::size_t i = 0; i < routes_.sends.size(); ++i) {
      const EdgeRoute& route = routes_.sends[i];
      const auto words = static_cast<int>(route.words);
      MPI_Put(buffers_.outgoing(i).data(), words, MPI_UINT64_T, route.peer, route.slot, words, MPI_UINT64_T,
              window_.handle());
    }
  }
  void finish() override {
    if (!routes_.sends.empty()) MPI_Win_complete(window_.handle());
    if (!routes_.receives.empty()) MPI_Win_wait(window_.handle());
  }

 private:
  MPI_Comm comm_;
  EdgeRoutes routes_;
  EdgeBuffers buffers_;
  Window window_;
  std::uint64_t* words_ = nullptr;
  MPI_Group origins_ = MPI_GROUP_NULL;
  MPI_Group targets_ = MPI_GROUP_NULL;
};

}  // namespace

std::unique_ptr<EdgeExchange> make_pscw_exchange(Communicator& comm, const EdgeRoutes& routes, bool /*ahead*/) {
  return std::make_unique<PscwExchange>(comm, routes);
}

}  // namespace trafficbench
