// How edges travel between ranks: what all methods have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace trafficbench {

class Communicator;

/// A message of packed cells, the same in every exchange.
struct EdgeRoute {
  int peer = 0;  ///< the other rank
  int tag = 0;   ///< two ranks match their messages by tag, and those of one tag by order
  std::int64_t words = 0;
  std::int64_t slot = 0;   ///< where it lies in the receiver's memory: words of the messages before it
  std::int64_t order = 0;  ///< how many messages those are
};

/// What one rank sends and receives. All messages between two ranks stand in the same order on both, and those of one
/// peer together, in slots that follow each other: a peer of a lower rank has lower slots.
struct EdgeRoutes {
  std::vector<EdgeRoute> sends;
  std::vector<EdgeRoute> receives;
};

/// Carries the edges of one rank. connect() and the end of its life are collective over all ranks of the communicator;
/// start() and finish() are too, and take turns.
class EdgeExchange {
 public:
  virtual ~EdgeExchange() = default;

  /// Once, before all else: what takes the library to prepare. Memory of its own the method has from its constructor,
  /// so that a rank whose memory is out can say so before others wait for it here. Throws BadInput where the library
  /// cannot do it.
  virtual void connect() {}

  /// Where the words of a send are put before start(). May wait until the receiver has read what was there.
  virtual std::span<std::uint64_t> outgoing(std::size_t send) = 0;

  /// The words of a receive, from finish() to the next start().
  virtual std::span<const std::uint64_t> incoming(std::size_t receive) const = 0;

  /// Sends what is outgoing, as far as the method begins before it waits.
  virtual void start() = 0;

  /// Returns when all that is incoming is there, and the outgoing words may be changed.
  virtual void finish() = 0;

 protected:
  EdgeExchange() = default;
  EdgeExchange(const EdgeExchange&) = default;
  EdgeExchange& operator=(const EdgeExchange&) = default;
};

/// A way for edges to travel.
struct ExchangeMethod {
  std::string_view name;
  std::string_view summary;  ///< one line: the calls that it makes

  /// Not connected yet. `ahead`: there will be work between start() and finish(). Not collective; throws
  /// std::bad_alloc.
  std::unique_ptr<EdgeExchange> (*make)(Communicator& comm, const EdgeRoutes& routes, bool ahead) = nullptr;

  bool overlaps = false;  ///< start() may send before it returns, so that `ahead` may be worth something
};

/// All methods of this program, the default first. Which file they come from is decided when the program is linked:
/// ranks/exchange/methods.cpp, or ranks/nonblocking_alone.cpp.
std::span<const ExchangeMethod> exchange_methods();

/// Collective: throws BadInput on every rank if the library cannot do one of these. Looks before the work is begun.
void check_exchanges(Communicator& comm, std::span<const ExchangeMethod* const> methods);

/// Collective: why the library cannot do this one, the same on every rank; empty if it can.
std::string why_no_exchange(Communicator& comm, const ExchangeMethod& method);

/// The default: receives and sends that do not block, by Communicator::start_exchange. Any program has it.
std::unique_ptr<EdgeExchange> make_nonblocking_exchange(Communicator& comm, const EdgeRoutes& routes, bool ahead);

/// Words of all these messages.
std::int64_t words_of(std::span<const EdgeRoute> routes);

/// Memory for messages in the order of their slots or, outgoing, in that of the list.
class EdgeBuffers {
 public:
  explicit EdgeBuffers(const EdgeRoutes& routes);

  std::span<std::uint64_t> outgoing(std::size_t send);
  std::span<std::uint64_t> incoming(std::size_t receive);
  std::span<const std::uint64_t> incoming(std::size_t receive) const;

  std::uint64_t* outgoing_words() { return outgoing_.data(); }
  std::uint64_t* incoming_words() { return incoming_.data(); }

 private:
  EdgeRoutes routes_;
  std::vector<std::int64_t> outgoing_first_;  // of each send, in words
  std::vector<std::uint64_t> outgoing_;
  std::vector<std::uint64_t> incoming_;
};

}  // namespace trafficbench
