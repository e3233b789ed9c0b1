#include "drivers/measure/network.hpp"

#include <algorithm>
#include <cmath>

#include "drivers/base/wall_clock.hpp"
#include "drivers/ranks/rank_groups.hpp"
#include "drivers/road/halo_exchange.hpp"
#include "kernels/bits.hpp"

namespace trafficbench {

namespace {

constexpr std::size_t kBatches = 15;
// Long enough that leaving a barrier one after the other does not count, short enough to fall between disturbances.
constexpr double kBatchSeconds = 2e-4;
constexpr double kMaxBatch = 1000;

constexpr std::int64_t kWordBytes = 8;

/// Seconds of `count` operations on the slowest rank.
template <typename Operation>
double time_batch(Communicator& comm, int count, const Operation& operation) {
  comm.barrier();
  const double began = wall_seconds();
  for (int i = 0; i < count; ++i) operation();
  return comm.max_of(wall_seconds() - began);
}

/// Seconds of one operation in each batch: as many batches as `most` seconds hold, `fewest` at least.
template <typename Operation>
std::vector<double> time_batches(Communicator& comm, double most, std::size_t fewest, const Operation& operation) {
  double once = time_batch(comm, 1, operation);
  once = std::min(once, time_batch(comm, 1, operation));
  const int count = static_cast<int>(std::clamp(std::ceil(kBatchSeconds / std::max(once, 1e-9)), 1.0, kMaxBatch));
  std::vector<double> seconds;
  double spent = 0;  // the same on all ranks, as each batch is
  while (seconds.size() < fewest || (seconds.size() < kBatches && spent < most)) {
    const double batch = time_batch(comm, count, operation);
    spent += batch;
    seconds.push_back(batch / count);
  }
  return seconds;
}

void sum_up(std::vector<double> seconds, NetworkFigure& figure) {
  figure.seconds = median(seconds);
  figure.interval = median_interval(seconds);
  figure.best = std::ranges::min(seconds);
  figure.batches = seconds.size();
}

/// The ranks that rank 0 plays ping-pong with: on its node, and on another; -1 if there is none. Collective.
std::array<int, 2> partners(Communicator& comm) {
  const std::vector<int> nodes = nodes_of_ranks(comm);
  const auto first = [&](bool same) {
    const auto at =
        std::find_if(nodes.begin() + 1, nodes.end(), [&](int node) { return (node == nodes.front()) == same; });
    return at == nodes.end() ? -1 : static_cast<int>(at - nodes.begin());
  };
  return {first(true), first(false)};
}

class Measurer {
 public:
  Measurer(Communicator& comm, const NetworkPlan& plan, Network& network)
      : comm_(comm), plan_(plan), network_(network), nodes_(comm.nodes()) {
    const std::size_t messages = plan.message_bytes.size();
    const std::size_t figures = messages * (plan.methods.size() + (plan.thorough ? 2 : 0)) + plan.sum_bytes.size() + 1;
    most_ = plan.seconds / static_cast<double>(figures);
  }

  void ping_pongs() {
    const std::array<int, 2> all = partners(comm_);
    for (const int nodes : {1, 2}) {
      const int partner = all[static_cast<std::size_t>(nodes - 1)];
      if (partner < 0) continue;
      for (const std::int64_t bytes : plan_.message_bytes) ping_pong(partner, nodes, bytes);
    }
  }

  void neighbours(const ExchangeMethod& method) {
    for (const std::int64_t bytes : plan_.message_bytes) {
      NetworkFigure figure = of(NetworkOperation::neighbours, bytes);
      figure.exchange = method.name;
      const std::int64_t cells = 8 * bytes;
      HaloExchange exchange(comm_, cells * comm_.size(), {cells, cells}, method, false);
      exchange.connect();
      add(figure, [&] { exchange.carry(); });
    }
  }

  void allreduces() {
    for (const std::int64_t bytes : plan_.sum_bytes) {
      const NetworkFigure figure = of(NetworkOperation::allreduce, bytes);
      std::vector<std::int64_t> values(static_cast<std::size_t>(bytes / kWordBytes));
      add(figure, [&] { comm_.sum(values); });
    }
  }

  void barrier() {
    add(of(NetworkOperation::barrier, 0), [&] { comm_.barrier(); });
  }

 private:
  NetworkFigure of(NetworkOperation operation, std::int64_t bytes) const {
    NetworkFigure figure;
    figure.operation = operation;
    figure.ranks = comm_.size();
    figure.nodes = nodes_;
    figure.bytes = bytes;
    return figure;
  }

  template <typename Operation>
  void add(NetworkFigure figure, const Operation& operation) {
    sum_up(time_batches(comm_, most_, plan_.fewest, operation), figure);
    network_.push_back(figure);
  }

  void ping_pong(int partner, int nodes, std::int64_t bytes) {
    NetworkFigure figure = of(NetworkOperation::ping_pong, bytes);
    figure.ranks = 2;
    figure.nodes = nodes;
    std::vector<std::uint64_t> words(static_cast<std::size_t>(bytes / kWordBytes));
    const bool serves = comm_.rank() == 0;
    const bool plays = serves || comm_.rank() == partner;
    const Message message{.peer = serves ? partner : 0, .tag = 0, .words = words};
    std::vector<double> seconds = time_batches(comm_, most_, plan_.fewest, [&] {
      if (!plays) return;
      if (serves) comm_.exchange({&message, 1}, {});
      comm_.exchange({}, {&message, 1});
      if (!serves) comm_.exchange({&message, 1}, {});
    });
    for (double& each : seconds) each /= 2;
    sum_up(std::move(seconds), figure);
    network_.push_back(figure);
  }

  Communicator& comm_;
  const NetworkPlan& plan_;
  Network& network_;
  int nodes_;
  double most_ = 0;  // seconds of a figure
};

}  // namespace

bool NetworkFigure::is_like(const NetworkFigure& other) const {
  return operation == other.operation && ranks == other.ranks && nodes == other.nodes && bytes == other.bytes &&
         exchange == other.exchange;
}

void add_network(Communicator& comm, const NetworkPlan& plan, Network& network) {
  Measurer measurer(comm, plan, network);
  if (plan.thorough) measurer.ping_pongs();
  for (const ExchangeMethod* method : plan.methods) measurer.neighbours(*method);
  measurer.allreduces();
  if (plan.thorough) measurer.barrier();
}

void add_network_of(Communicator& world, Communicator* part, const NetworkPlan& plan, Network& network) {
  std::string refusal;
  try {
    if (part != nullptr) add_network(*part, plan, network);
  } catch (const BadInput& bad) {
    refusal = bad.what();
  }
  world.sleeping_barrier();
  world.agree(refusal);
}

const NetworkFigure* figure_of(const Network& network, NetworkFigure like, std::int64_t bytes) {
  const NetworkFigure* found = nullptr;
  for (const NetworkFigure& figure : network) {
    like.bytes = figure.bytes;
    if (!figure.is_like(like) || figure.bytes > bytes) continue;
    if (found == nullptr || found->bytes < figure.bytes) found = &figure;
  }
  return found;
}

void take_in(Network& network, const Network& more) {
  for (const NetworkFigure& figure : more) {
    const auto same = std::ranges::find_if(network, [&](const NetworkFigure& each) { return each.is_like(figure); });
    if (same == network.end()) {
      network.push_back(figure);
    } else {
      same->best = std::min(same->best, figure.best);
    }
  }
}

double cost_of_exchange(const Network& network, const Point& point, int nodes) {
  NetworkFigure like;
  like.ranks = point.ranks;
  like.nodes = nodes;
  like.operation = NetworkOperation::neighbours;
  like.exchange = point.exchange->name;
  const NetworkFigure* const edges = figure_of(network, like, kWordBytes);
  if (edges == nullptr) return 0;
  double seconds = edges->seconds;
  if (point.counting == CountingMode::every && !point.reduce->each_iteration) {
    like.operation = NetworkOperation::allreduce;
    like.exchange.clear();
    const NetworkFigure* const sum = figure_of(network, like, kWordBytes);
    if (sum != nullptr) seconds += sum->seconds;
  }
  return seconds;
}

}  // namespace trafficbench
