#include "drivers/ranks/edge_exchange.hpp"

#include "drivers/ranks/communicator.hpp"

namespace trafficbench {

namespace {

class NonblockingExchange final : public EdgeExchange {
 public:
  NonblockingExchange(Communicator& comm, const EdgeRoutes& routes) : comm_(comm), buffers_(routes) {
    for (std::size_t i = 0; i < routes.sends.size(); ++i) {
      sends_.push_back({routes.sends[i].peer, routes.sends[i].tag, buffers_.outgoing(i)});
    }
    for (std::size_t i = 0; i < routes.receives.size(); ++i) {
      receives_.push_back({routes.receives[i].peer, routes.receives[i].tag, buffers_.incoming(i)});
    }
  }

  std::span<std::uint64_t> outgoing(std::size_t send) override { return buffers_.outgoing(send); }
  std::span<const std::uint64_t> incoming(std::size_t receive) const override { return buffers_.incoming(receive); }
  void start() override { comm_.start_exchange(sends_, receives_); }
  void finish() override { comm_.finish_exchange(); }

 private:
  Communicator& comm_;
  EdgeBuffers buffers_;
  std::vector<Message> sends_;
  std::vector<Message> receives_;
};

}  // namespace

std::unique_ptr<EdgeExchange> make_nonblocking_exchange(Communicator& comm, const EdgeRoutes& routes, bool /*ahead*/) {
  return std::make_unique<NonblockingExchange>(comm, routes);
}

void check_exchanges(Communicator& comm, std::span<const ExchangeMethod* const> methods) {
  for (const ExchangeMethod* method : methods) {
    const std::unique_ptr<EdgeExchange> tried = method->make(comm, {}, false);
    together(comm, [&] { tried->connect(); });
  }
}

std::string why_no_exchange(Communicator& comm, const ExchangeMethod& method) {
  const ExchangeMethod* const one = &method;
  try {
    check_exchanges(comm, {&one, 1});
  } catch (const BadInput& bad) {
    return bad.what();
  }
  return {};
}

std::int64_t words_of(std::span<const EdgeRoute> routes) {
  std::int64_t words = 0;
  for (const EdgeRoute& route : routes) words += route.words;
  return words;
}

EdgeBuffers::EdgeBuffers(const EdgeRoutes& routes)
    : routes_(routes),
      outgoing_(static_cast<std::size_t>(words_of(routes.sends))),
      incoming_(static_cast<std::size_t>(words_of(routes.receives))) {
  std::int64_t first = 0;
  for (const EdgeRoute& send : routes_.sends) {
    outgoing_first_.push_back(first);
    first += send.words;
  }
}

std::span<std::uint64_t> EdgeBuffers::outgoing(std::size_t send) {
  return std::span(outgoing_).subspan(static_cast<std::size_t>(outgoing_first_[send]),
                                      static_cast<std::size_t>(routes_.sends[send].words));
}

std::span<std::uint64_t> EdgeBuffers::incoming(std::size_t receive) {
  const EdgeRoute& route = routes_.receives[receive];
  return std::span(incoming_).subspan(static_cast<std::size_t>(route.slot), static_cast<std::size_t>(route.words));
}

std::span<const std::uint64_t> EdgeBuffers::incoming(std::size_t receive) const {
  const EdgeRoute& route = routes_.receives[receive];
  return std::span(incoming_).subspan(static_cast<std::size_t>(route.slot), static_cast<std::size_t>(route.words));
}

}  // namespace trafficbench
