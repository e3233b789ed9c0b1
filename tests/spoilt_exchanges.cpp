// Methods of exchange with a mistake each, in the place of the program's own: what `check` must find.
#include <algorithm>

#include "drivers/ranks/edge_exchange.hpp"
#include "drivers/ranks/exchange/collective.hpp"
#include "drivers/ranks/exchange/mpi_methods.hpp"
#include "drivers/ranks/mpi_handle.hpp"

namespace trafficbench {

namespace {

/// Shows what the exchange before this one brought.
class LateExchange final : public EdgeExchange {
 public:
  LateExchange(Communicator& comm, const EdgeRoutes& routes) : method_(make_nonblocking_exchange(comm, routes, false)) {
    for (const EdgeRoute& route : routes.receives) arrived_.emplace_back(static_cast<std::size_t>(route.words));
    shown_ = arrived_;
  }

  std::span<std::uint64_t> outgoing(std::size_t send) override { return method_->outgoing(send); }
  std::span<const std::uint64_t> incoming(std::size_t receive) const override { return shown_[receive]; }
  void start() override { method_->start(); }
  void finish() override {
    method_->finish();
    shown_ = arrived_;
    for (std::size_t i = 0; i < arrived_.size(); ++i) std::ranges::copy(method_->incoming(i), arrived_[i].begin());
  }

 private:
  std::unique_ptr<EdgeExchange> method_;
  std::vector<std::vector<std::uint64_t>> arrived_;
  std::vector<std::vector<std::uint64_t>> shown_;
};

std::unique_ptr<EdgeExchange> make_late(Communicator& comm, const EdgeRoutes& routes, bool /*ahead*/) {
  return std::make_unique<LateExchange>(comm, routes);
}

/// Reads its window before the epoch ends: the fence comes with the next exchange. So the first one shows nothing.
class EarlyExchange final : public EdgeExchange {
 public:
  EarlyExchange(Communicator& comm, const EdgeRoutes& routes)
      : comm_(mpi_handle(comm)), routes_(routes), buffers_({routes.sends, {}}) {}
  ~EarlyExchange() override {
    if (window_.handle() != MPI_WIN_NULL) MPI_Win_fence(0, window_.handle());
  }
  EarlyExchange(const EarlyExchange&) = delete;
  EarlyExchange& operator=(const EarlyExchange&) = delete;

  void connect() override {
    words_ = window_.allocate(comm_, words_of(routes_.receives));
    MPI_Win_fence(0, window_.handle());
  }

  std::span<std::uint64_t> outgoing(std::size_t send) override { return buffers_.outgoing(send); }
  std::span<const std::uint64_t> incoming(std::size_t receive) const override {
    const EdgeRoute& route = routes_.receives[receive];
    return {words_ + route.slot, static_cast<std::size_t>(route.words)};
  }
  void start() override {
    MPI_Win_fence(0, window_.handle());
    for (std::size_t i = 0; i < routes_.sends.size(); ++i) {
      const EdgeRoute& route = routes_.sends[i];
      const auto words = static_cast<int>(route.words);
      MPI_Put(buffers_.outgoing(i).data(), words, MPI_UINT64_T, route.peer, route.slot, words, MPI_UINT64_T,
              window_.handle());
    }
  }
  void finish() override {}

 private:
  MPI_Comm comm_;
  EdgeRoutes routes_;
  EdgeBuffers buffers_;
  Window window_;
  std::uint64_t* words_ = nullptr;
};

std::unique_ptr<EdgeExchange> make_early(Communicator& comm, const EdgeRoutes& routes, bool /*ahead*/) {
  return std::make_unique<EarlyExchange>(comm, routes);
}

}  // namespace

std::span<const ExchangeMethod> exchange_methods() {
  static const ExchangeMethod methods[] = {
      {"nonblocking", "sound", make_nonblocking_exchange, true},
      {"fence", "sound", make_fence_exchange, true},
      {"late", "shows what the exchange before brought", make_late, true},
      {"early", "reads its window before the epoch ends", make_early, true},
  };
  return methods;
}

}  // namespace trafficbench
