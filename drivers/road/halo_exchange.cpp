#include "drivers/road/halo_exchange.hpp"

#include <algorithm>

#include "kernels/bits.hpp"

namespace trafficbench {

namespace {

// MPI counts are ints: longer runs are cut into several messages.
constexpr std::int64_t kMostRunCells = (std::int64_t{1} << 30) * kWordCells;

}  // namespace

HaloExchange::HaloExchange(Communicator& comm, std::int64_t cells, HaloWidth width)
    : comm_(comm), cells_(cells), width_(width) {
  halo_[kLeft].resize(static_cast<std::size_t>(words_for(width.left)));
  halo_[kRight].resize(static_cast<std::size_t>(words_for(width.right)));
  const int self = comm.rank();
  const auto parcel = [](const Run& run, int peer) {
    return Parcel{run, peer, std::vector<std::uint64_t>(static_cast<std::size_t>(words_for(run.cells)))};
  };
  for (const Run& run : runs_of(self)) {
    (run.owner == self ? local_ : incoming_).push_back(parcel(run, run.owner));
  }
  if (block_of(cells, comm.size(), self).cells > 0) {
    for (int receiver = 0; receiver < comm.size(); ++receiver) {
      if (receiver == self) continue;
      for (const Run& run : runs_of(receiver)) {
        if (run.owner == self) outgoing_.push_back(parcel(run, receiver));
      }
    }
  }
  // Between two ranks, messages are matched by side and order.
  for (Parcel& out : outgoing_) sends_.push_back({out.peer, out.run.side, out.words});
  for (Parcel& in : incoming_) receives_.push_back({in.peer, in.run.side, in.words});
}

std::vector<HaloExchange::Run> HaloExchange::runs_of(int receiver) const {
  std::vector<Run> runs;
  const Block block = block_of(cells_, comm_.size(), receiver);
  if (block.cells == 0) return runs;
  add_runs(kLeft, block.first - width_.left, width_.left, runs);
  add_runs(kRight, block.first + block.cells, width_.right, runs);
  return runs;
}

void HaloExchange::add_runs(Side side, std::int64_t first, std::int64_t cells, std::vector<Run>& runs) const {
  for (std::int64_t done = 0; done < cells;) {
    const std::int64_t cell = (((first + done) % cells_) + cells_) % cells_;
    const std::int64_t owner = owner_of(cells_, comm_.size(), cell);
    const Block block = block_of(cells_, comm_.size(), owner);
    const std::int64_t at = cell - block.first;
    const std::int64_t step = std::min({cells - done, block.cells - at, kMostRunCells});
    runs.push_back({static_cast<int>(owner), side, at, step, done});
    done += step;
  }
}

void HaloExchange::exchange(Segment* segment) {
  if (segment != nullptr) {
    for (std::vector<Parcel>* parcels : {&outgoing_, &local_}) {
      for (Parcel& parcel : *parcels) {
        segment->read(parcel.run.first, parcel.run.cells, parcel.words);
      }
    }
  }
  if (!sends_.empty() || !receives_.empty()) comm_.exchange(sends_, receives_);
  if (segment == nullptr) return;
  for (const std::vector<Parcel>* parcels : {&incoming_, &local_}) {
    for (const Parcel& parcel : *parcels) {
      copy_cells(parcel.words, 0, halo_[parcel.run.side], parcel.run.offset, parcel.run.cells);
    }
  }
  segment->set_halo(halo_[kLeft], halo_[kRight], width_);
}

std::int64_t HaloExchange::bytes_sent() const {
  std::int64_t bytes = 0;
  for (const Parcel& out : outgoing_) bytes += 8 * static_cast<std::int64_t>(out.words.size());
  return bytes;
}

}  // namespace trafficbench
