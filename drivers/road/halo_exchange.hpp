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

  /// Cells [first, first + cells) of an owner's block, which go to `offset` in the halo on one side of a receiver.
  struct Run {
    int owner = 0;
    Side side = kLeft;
    std::int64_t first = 0;
    std::int64_t cells = 0;
    std::int64_t offset = 0;
  };

  /// A run on its way, in words of its own.
  struct Parcel {
    Run run;
    int peer = 0;
    std::vector<std::uint64_t> words;
  };

  std::vector<Run> runs_of(int receiver) const;
  void add_runs(Side side, std::int64_t first, std::int64_t cells, std::vector<Run>& runs) const;

  Communicator& comm_;
  std::int64_t cells_;
  HaloWidth width_;
  std::vector<Parcel> outgoing_;
  std::vector<Parcel> incoming_;
  std::vector<Parcel> local_;
  std::vector<Transfer> sends_;
  std::vector<Transfer> receives_;
  std::vector<std::uint64_t> halo_[2];
};

}  // namespace trafficbench
