// What messages and collectives take between ranks, measured: by this the exchanges of a road are bound.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "drivers/base/enum_names.hpp"
#include "drivers/base/statistics.hpp"
#include "drivers/ranks/communicator.hpp"
#include "drivers/ranks/edge_exchange.hpp"
#include "drivers/report/point.hpp"

namespace trafficbench {

enum class NetworkOperation {
  ping_pong,   ///< one message one way: half of a round trip between two ranks, while the others wait
  neighbours,  ///< every rank of a ring sends a message to both neighbours, and has theirs
  allreduce,   ///< a sum of 64-bit integers, known to every rank
  barrier
};

template <>
struct EnumNames<NetworkOperation> {
  static constexpr std::array<std::string_view, 4> kNames{"ping-pong", "neighbours", "allreduce", "barrier"};
};

/// Seconds of one operation: of the slowest rank, in batches of many.
struct NetworkFigure {
  NetworkOperation operation = NetworkOperation::barrier;
  int ranks = 2;
  int nodes = 1;
  std::int64_t bytes = 0;  ///< of a message, or of a rank's integers; 0: there is none
  std::string exchange;    ///< neighbours alone: the method

  double seconds = 0;  ///< the median batch's
  std::optional<Interval> interval;
  double best = 0;
  std::size_t batches = 0;

  /// Whether both are of one thing, as far as the first five members go.
  bool is_like(const NetworkFigure& other) const;
};

using Network = std::vector<NetworkFigure>;

/// What is measured, and how thoroughly.
struct NetworkPlan {
  std::span<const ExchangeMethod* const> methods;  ///< of `neighbours`
  std::vector<std::int64_t> message_bytes;         ///< of messages, ascending; multiples of 8
  std::vector<std::int64_t> sum_bytes;             ///< of sums, likewise
  bool thorough = true;    ///< ping-pongs and the barrier, too, which limits need and a depth does not
  double seconds = 0.1;    ///< about how long all of it may take, beyond the fewest batches
  std::size_t fewest = 1;  ///< batches of each figure; an interval takes six
};

/// Collective over `comm`, of two ranks or more: adds figures of these ranks to `network`, the same on each of them. A
/// ping-pong is between rank 0 and the next rank on its node, and the first on another. Throws
/// BadInput where the library lacks a method.
void add_network(Communicator& comm, const NetworkPlan& plan, Network& network);

/// The same on those ranks of `world` that are in `part`, which is nullptr on the others: they sleep meanwhile.
/// Collective over `world`; throws on every rank what was thrown on any.
void add_network_of(Communicator& world, Communicator* part, const NetworkPlan& plan, Network& network);

/// Of the figures that differ from `like` in their bytes alone, the one of most bytes that are no more than `bytes`:
/// what it says is a lower bound of what `bytes` take. nullptr if there is none.
const NetworkFigure* figure_of(const Network& network, NetworkFigure like, std::int64_t bytes);

/// Adds figures that `network` does not have; of others it keeps the median, and the best of both: disturbance only
/// slows.
void take_in(Network& network, const Network& more);

/// Seconds that one exchange costs the road of a point on so many nodes, beside the cells that are updated because of
/// it: edges of a word by the point's method, and a sum where there is one an exchange. 0 if it was not measured.
double cost_of_exchange(const Network& network, const Point& point, int nodes);

}  // namespace trafficbench
