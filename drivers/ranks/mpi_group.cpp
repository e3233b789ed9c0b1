#include "drivers/ranks/mpi_group.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "drivers/base/bad_input.hpp"

namespace trafficbench {

void start_mpi(int& argc, char**& argv) {
  int provided = MPI_THREAD_SINGLE;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  if (provided < MPI_THREAD_FUNNELED) {
    MPI_Finalize();
    throw BadInput("this MPI library does not let a rank have threads (MPI_THREAD_FUNNELED)");
  }
}

MpiGroup::MpiGroup(MPI_Comm comm) : comm_(comm) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm node = MPI_COMM_NULL;
  MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &node);
  MPI_Comm_rank(node, &node_rank_);
  MPI_Comm_size(node, &node_size_);
  const int leads = node_rank_ == 0 ? 1 : 0;
  MPI_Exscan(&leads, &node_, 1, MPI_INT, MPI_SUM, comm);
  if (rank == 0) node_ = 0;  // which MPI_Exscan leaves open
  MPI_Bcast(&node_, 1, MPI_INT, 0, node);
  MPI_Allreduce(&leads, &nodes_, 1, MPI_INT, MPI_SUM, comm);
  MPI_Comm_free(&node);
}

void MpiGroup::allreduce(void* values, int count, MPI_Datatype type, MPI_Op operation) const {
  MPI_Allreduce(MPI_IN_PLACE, values, count, type, operation, comm_);
}

void MpiGroup::sleeping_barrier() const {
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Ibarrier(comm_, &request);
  // Short waits are not lengthened much, long ones cost next to nothing.
  auto nap = std::chrono::microseconds(1);
  constexpr auto kLongestNap = std::chrono::microseconds(2000);
  for (int done = 0;;) {
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done) return;
    std::this_thread::sleep_for(nap);
    nap = std::min(2 * nap, kLongestNap);
  }
}

}  // namespace trafficbench
