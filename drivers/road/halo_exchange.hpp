// Shows every rank's segment the cells of its neighbours on a ring that is spread over the ranks.
#pragma once

#include <cstdint>
#include <vector>

#include "drivers/ranks/communicator.hpp"
#include "kernels/block.hpp"
#include "kernels/segment.hpp"

namespace trafficbench {

/// Edges travel as packed bits. A halo wider than the neighbour's block is gathered from as many owners as it takes,
/// and round the ring more than once if it must; a rank that owns nothing takes no part.
class HaloExchange {
 public:
  /// The ring of `cells` cells is cut over the ranks by block_of. `width` is what each exchange shows.
  HaloExchange(Communicator& comm, std::int64_t cells, HaloWidth width);

  /// Collective. `segment` is this rank's block; nullptr where that is empty.
  void exchange(Segment* segment);

  /// Bytes that each exchange sends from this rank to others.
  std::int64_t bytes_sent() const;

 private:
  enum Side { kLeft, kRight };

  /// Cells that a receiver sees in its halo, from one owner.
  struct Edge {
    int owner = 0;
    Block in_owner;           ///< counted from the owner's first cell
    Side side = kLeft;        ///< of the receiver
    std::int64_t offset = 0;  ///< of the first of them in the halo on that side
  };

  /// An edge as it travels: packed, to or from a peer.
  struct EdgeMessage {
    Edge edge;
    int peer = 0;
    std::vector<std::uint64_t> words;
  };

  std::vector<Edge> edges_for(int receiver) const;
  /// Adds the edges that make up `halo` on that side of a receiver. `halo` may begin before the ring's first cell.
  void add_edges(Side side, Block halo, std::vector<Edge>& edges) const;

  Communicator& comm_;
  std::int64_t cells_;
  HaloWidth width_;
  std::vector<EdgeMessage> outgoing_;
  std::vector<EdgeMessage> incoming_;
  std::vector<EdgeMessage> local_;  // from this rank to itself
  std::vector<Message> sends_;
  std::vector<Message> receives_;
  std::vector<std::uint64_t> halo_[2];
};

}  // namespace trafficbench
