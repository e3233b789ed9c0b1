// What an MPI library on a machine and one that simulates a machine do differently, for one communicator. Which of the
// two is built in is decided by the file that is linked: mpi_group.cpp or mpi_group_smpi.cpp.
#pragma once

#include <mpi.h>

namespace trafficbench {

/// Starts the library. Throws BadInput if it does not let a rank have threads.
void start_mpi(int& argc, char**& argv);

class MpiGroup {
 public:
  /// Collective.
  explicit MpiGroup(MPI_Comm comm);

  /// Ranks that share this rank's node, and this rank's place among them.
  int node_size() const { return node_size_; }
  int node_rank() const { return node_rank_; }

  /// Nodes, and the number of this rank's in the order of their first ranks.
  int nodes() const { return nodes_; }
  int node() const { return node_; }

  /// In place, on every rank.
  void allreduce(void* values, int count, MPI_Datatype type, MPI_Op operation) const;

  /// A barrier in which ranks sleep rather than spin.
  void sleeping_barrier() const;

 private:
  MPI_Comm comm_;
  int node_rank_ = 0;
  int node_size_ = 1;
  int nodes_ = 1;
  int node_ = 0;
};

}  // namespace trafficbench
