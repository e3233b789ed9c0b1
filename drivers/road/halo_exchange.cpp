#include "drivers/road/halo_exchange.hpp"

#include <algorithm>

#include "kernels/bits.hpp"

namespace trafficbench {

namespace {

// MPI counts are ints: longer edges are cut into several messages.
constexpr std::int64_t kMaxEdgeCells = (std::int64_t{1} << 30) * kWordCells;

}  // namespace

HaloExchange::HaloExchange(Communicator& comm, std::int64_t cells, HaloWidth width, const ExchangeMethod& method,
                           bool ahead)
    : comm_(comm), cells_(cells), width_(width) {
  halo_[kLeft].resize(static_cast<std::size_t>(words_for(width.left)));
  halo_[kRight].resize(static_cast<std::size_t>(words_for(width.right)));
  const int self = comm.rank();
  const bool owns = block_of(cells, comm.size(), self).cells > 0;
  for (int receiver = 0; receiver < comm.size(); ++receiver) {
    if (!owns && receiver != self) continue;
    // Between two ranks, messages are matched by side and order.
    EdgeRoute route;
    for (const Edge& edge : edges_for(receiver)) {
      route.words = words_for(edge.in_owner.cells);
      route.tag = edge.side;
      if (edge.owner == receiver) {
        if (receiver == self)
          local_.push_back({edge, std::vector<std::uint64_t>(static_cast<std::size_t>(route.words))});
        continue;
      }
      if (receiver == self) {
        incoming_.push_back(edge);
        route.peer = edge.owner;
        routes_.receives.push_back(route);
      } else if (edge.owner == self) {
        outgoing_.push_back(edge);
        route.peer = receiver;
        routes_.sends.push_back(route);
      }
      route.slot += route.words;
      ++route.order;
    }
  }
  if (comm.size() > 1) method_ = method.make(comm, routes_, ahead);
}

std::vector<HaloExchange::Edge> HaloExchange::edges_for(int receiver) const {
  std::vector<Edge> edges;
  const Block block = block_of(cells_, comm_.size(), receiver);
  if (block.cells == 0) return edges;
  add_edges(kLeft, {block.first - width_.left, width_.left}, edges);
  add_edges(kRight, {block.first + block.cells, width_.right}, edges);
  std::ranges::stable_sort(edges, {}, &Edge::owner);
  return edges;
}

void HaloExchange::add_edges(Side side, Block halo, std::vector<Edge>& edges) const {
  for (std::int64_t done = 0; done < halo.cells;) {
    const std::int64_t cell = (((halo.first + done) % cells_) + cells_) % cells_;
    const std::int64_t owner = owner_of(cells_, comm_.size(), cell);
    const Block block = block_of(cells_, comm_.size(), owner);
    const std::int64_t at = cell - block.first;
    const std::int64_t step = std::min({halo.cells - done, block.cells - at, kMaxEdgeCells});
    edges.push_back({static_cast<int>(owner), {at, step}, side, done});
    done += step;
  }
}

void HaloExchange::connect() {
  if (method_) together(comm_, [&] { method_->connect(); });
}

void HaloExchange::start(Segment* segment) {
  if (segment != nullptr) {
    for (std::size_t i = 0; i < outgoing_.size(); ++i) {
      segment->read(outgoing_[i].in_owner.first, outgoing_[i].in_owner.cells, method_->outgoing(i));
    }
    for (LocalEdge& local : local_) {
      segment->read(local.edge.in_owner.first, local.edge.in_owner.cells, local.words);
    }
  }
  if (method_) method_->start();
}

void HaloExchange::finish(Segment* segment) {
  if (method_) method_->finish();
  if (segment == nullptr) return;
  take_incoming();
  for (const LocalEdge& local : local_) show(local.edge, local.words);
  segment->set_halo(halo_[kLeft], halo_[kRight], width_);
}

void HaloExchange::show(const Edge& edge, std::span<const std::uint64_t> words) {
  copy_cells(words, 0, halo_[edge.side], edge.offset, edge.in_owner.cells);
}

void HaloExchange::take_incoming() {
  for (std::size_t i = 0; i < incoming_.size(); ++i) show(incoming_[i], method_->incoming(i));
}

void HaloExchange::carry() {
  if (!method_) return;
  for (std::size_t i = 0; i < outgoing_.size(); ++i) std::ranges::fill(method_->outgoing(i), 0);
  method_->start();
  method_->finish();
  take_incoming();
}

std::int64_t HaloExchange::bytes_sent() const { return 8 * words_of(routes_.sends); }

}  // namespace trafficbench
