// Shows every rank's segment the cells of its neighbours on a ring that is spread over the ranks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "drivers/ranks/communicator.hpp"
#include "drivers/ranks/edge_exchange.hpp"
#include "kernels/block.hpp"
#include "kernels/segment.hpp"

namespace trafficbench {

/// Edges travel as packed bits. A halo wider than the neighbour's block is gathered from as many owners as it takes,
/// and round the ring more than once if it must; a rank that owns nothing takes no part.
class HaloExchange {
 public:
  /// The ring of `cells` cells is cut over the ranks by block_of. `width` is what each exchange shows; `method` carries
  /// what goes to other ranks; `ahead`: work is done between start() and finish(). Not collective; throws
  /// std::bad_alloc.
  HaloExchange(Communicator& comm, std::int64_t cells, HaloWidth width, const ExchangeMethod& method, bool ahead);

  /// Collective, before the first exchange. Throws BadInput where the MPI library lacks the method.
  void connect();

  /// Collective, the one after the other. `segment` is this rank's block; nullptr where that is empty. Its edges are
  /// read in start() and its halo is set in finish(); what is advanced in between must not need that halo.
  void start(Segment* segment);
  void finish(Segment* segment);

  /// Collective: an exchange without a segment, for those who time it. What is sent is written, and read where it
  /// arrives.
  void carry();

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

  /// An edge that stays on this rank: packed.
  struct LocalEdge {
    Edge edge;
    std::vector<std::uint64_t> words;
  };

  /// Copies an edge, or all that came from other ranks, into the halo.
  void show(const Edge& edge, std::span<const std::uint64_t> words);
  void take_incoming();
  /// Those of other ranks stand together, the lowest rank's first.
  std::vector<Edge> edges_for(int receiver) const;
  /// Adds the edges that make up `halo` on that side of a receiver. `halo` may begin before the ring's first cell.
  void add_edges(Side side, Block halo, std::vector<Edge>& edges) const;

  Communicator& comm_;
  std::int64_t cells_;
  HaloWidth width_;
  std::vector<Edge> outgoing_;
  std::vector<Edge> incoming_;
  std::vector<LocalEdge> local_;  // from this rank to itself
  EdgeRoutes routes_;
  std::unique_ptr<EdgeExchange> method_;  // nullptr on one rank
  std::vector<std::uint64_t> halo_[2];
};

}  // namespace trafficbench
