#include "drivers/road/halo_exchange.hpp"

#include <algorithm>

#include "kernels/bits.hpp"

namespace trafficbench {

namespace {

// MPI counts are ints: longer edges are cut into several messages.
constexpr std::int64_t kMaxEdgeCells = (std::int64_t{1} << 30) * kWordCells;

}  // namespace

HaloExchange::HaloExchange(Communicator& comm, std::int64_t cells, HaloWidth width)
    : comm_(comm), cells_(cells), width_(width) {
  halo_[kLeft].resize(static_cast<std::size_t>(words_for(width.left)));
  halo_[kRight].resize(static_cast<std::size_t>(words_for(width.right)));
  const int self = comm.rank();
  const auto message = [](const Edge& edge, int peer) {
    return EdgeMessage{edge, peer,
                       std::vector<std::uint64_t>(static_cast<std::size_t>(words_for(edge.in_owner.cells)))};
  };
  for (const Edge& edge : edges_for(self)) {
    (edge.owner == self ? local_ : incoming_).push_back(message(edge, edge.owner));
  }
  if (block_of(cells, comm.size(), self).cells > 0) {
    for (int receiver = 0; receiver < comm.size(); ++receiver) {
      if (receiver == self) continue;
      for (const Edge& edge : edges_for(receiver)) {
        if (edge.owner == self) outgoing_.push_back(message(edge, receiver));
      }
    }
  }
  // Between two ranks, messages are matched by side and order.
  for (EdgeMessage& out : outgoing_) sends_.push_back({out.peer, out.edge.side, out.words});
  for (EdgeMessage& in : incoming_) receives_.push_back({in.peer, in.edge.side, in.words});
}

std::vector<HaloExchange::Edge> HaloExchange::edges_for(int receiver) const {
  std::vector<Edge> edges;
  const Block block = block_of(cells_, comm_.size(), receiver);
  if (block.cells == 0) return edges;
  add_edges(kLeft, {block.first - width_.left, width_.left}, edges);
  add_edges(kRight, {block.first + block.cells, width_.right}, edges);
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

void HaloExchange::exchange(Segment* segment) {
  if (segment != nullptr) {
    for (std::vector<EdgeMessage>* messages : {&outgoing_, &local_}) {
      for (EdgeMessage& message : *messages) {
        segment->read(message.edge.in_owner.first, message.edge.in_owner.cells, message.words);
      }
    }
  }
  if (!sends_.empty() || !receives_.empty()) comm_.exchange(sends_, receives_);
  if (segment == nullptr) return;
  for (const std::vector<EdgeMessage>* messages : {&incoming_, &local_}) {
    for (const EdgeMessage& message : *messages) {
      const Edge& edge = message.edge;
      copy_cells(message.words, 0, halo_[edge.side], edge.offset, edge.in_owner.cells);
    }
  }
  segment->set_halo(halo_[kLeft], halo_[kRight], width_);
}

std::int64_t HaloExchange::bytes_sent() const {
  std::int64_t bytes = 0;
  for (const EdgeMessage& out : outgoing_) bytes += 8 * static_cast<std::int64_t>(out.words.size());
  return bytes;
}

}  // namespace trafficbench
