// The library is SimGrid's SMPI: ranks are threads of control in one process, time is simulated.
//
// Ranks fill one simulated node after the other, as many as its property ranks_per_node says. The sum over all ranks is
// written out as a library does it that knows the nodes (a tree on each node, recursive doubling between their first
// ranks, a tree back): SMPI's own of that kind ask every rank of every other, which takes minutes at 4,096.
#include <simgrid/host.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/ranks/mpi_group.hpp"

namespace trafficbench {

namespace {

constexpr int kTag = 1 << 10;  // beside those of the halos

int ranks_per_node() {
  const char* text = sg_host_get_property_value(sg_host_self(), "ranks_per_node");
  const int ranks = text == nullptr ? 0 : leading_number(text);
  if (ranks < 1) throw BadInput("the platform file says no ranks_per_node: let trafficbench-model write it");
  return ranks;
}

/// Sends and receives one vector, and combines.
class Sum {
 public:
  Sum(MPI_Comm comm, void* values, int count, MPI_Datatype type, MPI_Op operation)
      : comm_(comm), values_(values), count_(count), type_(type), operation_(operation) {
    int bytes = 0;
    MPI_Type_size(type, &bytes);
    other_.resize(static_cast<std::size_t>(bytes) * static_cast<std::size_t>(count));
  }

  void send(int to) const { MPI_Send(values_, count_, type_, to, kTag, comm_); }
  void replace(int from) const { MPI_Recv(values_, count_, type_, from, kTag, comm_, MPI_STATUS_IGNORE); }
  void add(int from) {
    MPI_Recv(other_.data(), count_, type_, from, kTag, comm_, MPI_STATUS_IGNORE);
    MPI_Reduce_local(other_.data(), values_, count_, type_, operation_);
  }
  void swap_and_add(int peer) {
    MPI_Sendrecv(values_, count_, type_, peer, kTag, other_.data(), count_, type_, peer, kTag, comm_,
                 MPI_STATUS_IGNORE);
    MPI_Reduce_local(other_.data(), values_, count_, type_, operation_);
  }

 private:
  MPI_Comm comm_;
  void* values_;
  int count_;
  MPI_Datatype type_;
  MPI_Op operation_;
  std::vector<std::byte> other_;
};

/// Over the first ranks of the nodes. What is beyond a power of two folds into its neighbour first, and is told at the
/// end.
void double_between_nodes(Sum& sum, int node, int nodes, int per_node) {
  int doubling = 1;
  while (2 * doubling <= nodes) doubling *= 2;
  const int folded = nodes - doubling;
  const auto leader = [&](int index) { return (index < folded ? 2 * index + 1 : index + folded) * per_node; };
  if (node < 2 * folded) {
    if (node % 2 == 0) {
      sum.send((node + 1) * per_node);
      sum.replace((node + 1) * per_node);
      return;
    }
    sum.add((node - 1) * per_node);
  }
  const int index = node < 2 * folded ? node / 2 : node - folded;
  for (int mask = 1; mask < doubling; mask *= 2) sum.swap_and_add(leader(index ^ mask));
  if (node < 2 * folded) sum.send((node - 1) * per_node);
}

}  // namespace

void start_mpi(int& argc, char**& argv) {
  // SMPI says MPI_THREAD_SINGLE; a simulated rank has no threads.
  MPI_Init(&argc, &argv);
}

MpiGroup::MpiGroup(MPI_Comm comm) : comm_(comm) {
  int rank = 0;
  int size = 1;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  const int per_node = ranks_per_node();
  node_rank_ = rank % per_node;
  node_size_ = std::min(per_node, size - (rank - node_rank_));
  nodes_ = (size + per_node - 1) / per_node;
  node_ = rank / per_node;
}

void MpiGroup::allreduce(void* values, int count, MPI_Datatype type, MPI_Op operation) const {
  int rank = 0;
  int size = 1;
  MPI_Comm_rank(comm_, &rank);
  MPI_Comm_size(comm_, &size);
  const int per_node = ranks_per_node();
  const int first = rank - node_rank_;
  Sum sum(comm_, values, count, type, operation);
  int mask = 1;
  for (; mask < node_size_ && (node_rank_ & mask) == 0; mask *= 2) {
    if (node_rank_ + mask < node_size_) sum.add(first + node_rank_ + mask);
  }
  if (node_rank_ != 0) {
    sum.send(first + node_rank_ - mask);
    sum.replace(first + node_rank_ - mask);
  } else {
    double_between_nodes(sum, rank / per_node, (size + per_node - 1) / per_node, per_node);
  }
  for (mask /= 2; mask > 0; mask /= 2) {
    if (node_rank_ + mask < node_size_) sum.send(first + node_rank_ + mask);
  }
}

// Waiting ranks cost nothing here, and SMPI's MPI_Ibarrier is of no use beyond 64 ranks.
void MpiGroup::sleeping_barrier() const { MPI_Barrier(comm_); }

}  // namespace trafficbench
