// Ranks of one node write their edges straight into each other's memory, a window that they share, and tell by counters
// beside it; nothing is copied twice and no message is matched. Ranks of other nodes get messages.
//
// A message has two places that take turns, so that a rank may write the next while the other still reads the last. The
// counters are atomic words in the window: MPI's memory model for shared windows is the machine's (unified), and
// MPI_Win_sync stands where the standard wants it.
#include <sched.h>

#include <algorithm>
#include <atomic>

#include "drivers/ranks/exchange/collective.hpp"
#include "drivers/ranks/exchange/mpi_methods.hpp"
#include "drivers/ranks/mpi_handle.hpp"

namespace trafficbench {

namespace {

class SharedExchange final : public EdgeExchange {
 public:
  SharedExchange(Communicator& comm, const EdgeRoutes& routes)
      : comm_(comm),
        routes_(routes),
        buffers_(routes),
        send_to_(routes.sends.size()),
        receive_at_(routes.receives.size()) {
    sends_.reserve(routes.sends.size());
    receives_.reserve(routes.receives.size());
  }
  ~SharedExchange() override {
    if (window_.handle() != MPI_WIN_NULL) MPI_Win_unlock_all(window_.handle());
  }
  SharedExchange(const SharedExchange&) = delete;
  SharedExchange& operator=(const SharedExchange&) = delete;

  void connect() override {
    const MPI_Comm handle = mpi_handle(comm_);
    MPI_Comm_split_type(handle, MPI_COMM_TYPE_SHARED, comm_.rank(), MPI_INFO_NULL, node_.address());
    const std::int64_t words =
        kCounterWords * static_cast<std::int64_t>(routes_.receives.size()) + 2 * words_of(routes_.receives);
    std::uint64_t* const own = window_.allocate_shared(node_.handle(), words);
    std::fill_n(own, words, 0);
    MPI_Win_lock_all(MPI_MODE_NOCHECK, window_.handle());
    // Nobody writes before everybody has cleared.
    MPI_Win_sync(window_.handle());
    MPI_Barrier(node_.handle());
    MPI_Win_sync(window_.handle());

    for (std::size_t i = 0; i < routes_.sends.size(); ++i) {
      const EdgeRoute& route = routes_.sends[i];
      const int there = rank_on_node(route.peer);
      if (there == MPI_UNDEFINED) {
        sends_.push_back({route.peer, route.tag, buffers_.outgoing(i)});
      } else {
        send_to_[i] = memory_of(there) + place(route);
      }
    }
    for (std::size_t i = 0; i < routes_.receives.size(); ++i) {
      const EdgeRoute& route = routes_.receives[i];
      if (rank_on_node(route.peer) == MPI_UNDEFINED) {
        receives_.push_back({route.peer, route.tag, buffers_.incoming(i)});
      } else {
        receive_at_[i] = own + place(route);
      }
    }
  }

  std::span<std::uint64_t> outgoing(std::size_t send) override {
    std::uint64_t* const at = send_to_[send];
    if (at == nullptr) return buffers_.outgoing(send);
    // What was in this place two exchanges ago has been read.
    if (done_ > 0) wait_for(at[kTaken], done_ - 1);
    return words_at(at, routes_.sends[send], done_ + 1);
  }
  std::span<const std::uint64_t> incoming(std::size_t receive) const override {
    std::uint64_t* const at = receive_at_[receive];
    return at == nullptr ? buffers_.incoming(receive) : words_at(at, routes_.receives[receive], done_);
  }

  void start() override {
    MPI_Win_sync(window_.handle());
    for (std::uint64_t* const at : receive_at_) {
      if (at != nullptr) std::atomic_ref(at[kTaken]).store(done_, std::memory_order_release);
    }
    for (std::uint64_t* const at : send_to_) {
      if (at != nullptr) std::atomic_ref(at[kArrived]).store(done_ + 1, std::memory_order_release);
    }
    if (!sends_.empty() || !receives_.empty()) comm_.start_exchange(sends_, receives_);
  }
  void finish() override {
    ++done_;
    if (!sends_.empty() || !receives_.empty()) comm_.finish_exchange();
    for (std::uint64_t* const at : receive_at_) {
      if (at != nullptr) wait_for(at[kArrived], done_);
    }
    MPI_Win_sync(window_.handle());
  }

 private:
  // Before the two places of a message come its counters, a cache line apart, since different ranks write them:
  // exchanges whose words have arrived, and those whose words have been taken.
  static constexpr std::int64_t kCounterWords = 16;
  static constexpr std::int64_t kArrived = 0;
  static constexpr std::int64_t kTaken = 8;

  static std::int64_t place(const EdgeRoute& route) { return kCounterWords * route.order + 2 * route.slot; }

  static std::span<std::uint64_t> words_at(std::uint64_t* at, const EdgeRoute& route, std::uint64_t number) {
    return {at + kCounterWords + static_cast<std::int64_t>(number % 2) * route.words,
            static_cast<std::size_t>(route.words)};
  }

  /// A peer among the ranks of this node; MPI_UNDEFINED if it is on another.
  int rank_on_node(int peer) const {
    MPI_Group all = MPI_GROUP_NULL;
    MPI_Group here = MPI_GROUP_NULL;
    int rank = MPI_UNDEFINED;
    MPI_Comm_group(mpi_handle(comm_), &all);
    MPI_Comm_group(node_.handle(), &here);
    MPI_Group_translate_ranks(all, 1, &peer, here, &rank);
    MPI_Group_free(&all);
    MPI_Group_free(&here);
    return rank;
  }

  /// The window of a rank of this node.
  std::uint64_t* memory_of(int rank_here) const {
    MPI_Aint bytes = 0;
    int unit = 0;
    std::uint64_t* memory = nullptr;
    MPI_Win_shared_query(window_.handle(), rank_here, &bytes, &unit, static_cast<void*>(&memory));
    return memory;
  }

  /// Spins at first. Where ranks share a core, the other one needs it.
  static void wait_for(std::uint64_t& counter, std::uint64_t number) {
    constexpr int kSpins = 2000;
    for (int spins = 0; std::atomic_ref(counter).load(std::memory_order_acquire) < number;) {
      if (spins < kSpins) {
        ++spins;
      } else {
        sched_yield();
      }
    }
  }

  Communicator& comm_;
  EdgeRoutes routes_;
  EdgeBuffers buffers_;  // of messages to and from other nodes
  std::vector<Message> sends_;
  std::vector<Message> receives_;
  OwnCommunicator node_;
  Window window_;
  // Counters of each send in the receiver's window, and of each receive in the own one; nullptr for one of another
  // node.
  std::vector<std::uint64_t*> send_to_;
  std::vector<std::uint64_t*> receive_at_;
  std::uint64_t done_ = 0;  // exchanges that are finished
};

}  // namespace

std::unique_ptr<EdgeExchange> make_shared_exchange(Communicator& comm, const EdgeRoutes& routes, bool /*ahead*/) {
  return std::make_unique<SharedExchange>(comm, routes);
}

}  // namespace trafficbench
