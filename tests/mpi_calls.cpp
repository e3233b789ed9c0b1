// Loaded before the MPI library by exchange_test.py: counts the calls that carry edges and sums. Each rank writes its
// counts to a file as it ends, "MPI_Put 12" a line: TRAFFICBENCH_CALLS.0 for rank 0.
//
// With TRAFFICBENCH_HOLD_PUTS each MPI_Put is held back until the epoch ends, as the standard allows: whoever reads
// what was put before that fails every time, not now and then.
#include <mpi.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace {

std::map<std::string, long>& counts() {
  static std::map<std::string, long> all;
  return all;
}

struct HeldPut {
  const void* from;
  int from_count;
  MPI_Datatype from_type;
  int rank;
  MPI_Aint at;
  int count;
  MPI_Datatype type;
};

std::map<MPI_Win, std::vector<HeldPut>>& held() {
  static std::map<MPI_Win, std::vector<HeldPut>> all;
  return all;
}

void release_puts(MPI_Win window) {
  for (const HeldPut& put : held()[window]) {
    PMPI_Put(put.from, put.from_count, put.from_type, put.rank, put.at, put.count, put.type, window);
  }
  held()[window].clear();
}

}  // namespace

// The signatures are the standard's.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {

int MPI_Finalize() {
  if (const char* path = std::getenv("TRAFFICBENCH_CALLS")) {
    int rank = 0;
    PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
    std::ofstream file(std::string(path) + "." + std::to_string(rank));
    for (const auto& [name, count] : counts()) file << name << ' ' << count << '\n';
  }
  return PMPI_Finalize();
}

int MPI_Isend(const void* from, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm, MPI_Request* request) {
  ++counts()["MPI_Isend"];
  return PMPI_Isend(from, count, type, to, tag, comm, request);
}

int MPI_Irecv(void* into, int count, MPI_Datatype type, int from, int tag, MPI_Comm comm, MPI_Request* request) {
  ++counts()["MPI_Irecv"];
  return PMPI_Irecv(into, count, type, from, tag, comm, request);
}

int MPI_Sendrecv(const void* from, int from_count, MPI_Datatype from_type, int to, int to_tag, void* into,
                 int into_count, MPI_Datatype into_type, int source, int source_tag, MPI_Comm comm,
                 MPI_Status* status) {
  ++counts()["MPI_Sendrecv"];
  return PMPI_Sendrecv(from, from_count, from_type, to, to_tag, into, into_count, into_type, source, source_tag, comm,
                       status);
}

int MPI_Startall(int count, MPI_Request* requests) {
  ++counts()["MPI_Startall"];
  return PMPI_Startall(count, requests);
}

int MPI_Put(const void* from, int from_count, MPI_Datatype from_type, int rank, MPI_Aint at, int count,
            MPI_Datatype type, MPI_Win window) {
  ++counts()["MPI_Put"];
  if (std::getenv("TRAFFICBENCH_HOLD_PUTS") == nullptr) {
    return PMPI_Put(from, from_count, from_type, rank, at, count, type, window);
  }
  held()[window].push_back({from, from_count, from_type, rank, at, count, type});
  return MPI_SUCCESS;
}

int MPI_Win_fence(int assertion, MPI_Win window) {
  ++counts()["MPI_Win_fence"];
  release_puts(window);
  return PMPI_Win_fence(assertion, window);
}

int MPI_Win_post(MPI_Group group, int assertion, MPI_Win window) {
  ++counts()["MPI_Win_post"];
  return PMPI_Win_post(group, assertion, window);
}

int MPI_Win_start(MPI_Group group, int assertion, MPI_Win window) {
  ++counts()["MPI_Win_start"];
  return PMPI_Win_start(group, assertion, window);
}

int MPI_Win_complete(MPI_Win window) {
  ++counts()["MPI_Win_complete"];
  release_puts(window);
  return PMPI_Win_complete(window);
}

int MPI_Win_wait(MPI_Win window) {
  ++counts()["MPI_Win_wait"];
  return PMPI_Win_wait(window);
}

int MPI_Neighbor_alltoallv(const void* from, const int* from_counts, const int* from_first, MPI_Datatype from_type,
                           void* into, const int* into_counts, const int* into_first, MPI_Datatype into_type,
                           MPI_Comm comm) {
  ++counts()["MPI_Neighbor_alltoallv"];
  return PMPI_Neighbor_alltoallv(from, from_counts, from_first, from_type, into, into_counts, into_first, into_type,
                                 comm);
}

int MPI_Ineighbor_alltoallv(const void* from, const int* from_counts, const int* from_first, MPI_Datatype from_type,
                            void* into, const int* into_counts, const int* into_first, MPI_Datatype into_type,
                            MPI_Comm comm, MPI_Request* request) {
  ++counts()["MPI_Ineighbor_alltoallv"];
  return PMPI_Ineighbor_alltoallv(from, from_counts, from_first, from_type, into, into_counts, into_first, into_type,
                                  comm, request);
}

int MPI_Win_sync(MPI_Win window) {
  ++counts()["MPI_Win_sync"];
  return PMPI_Win_sync(window);
}

int MPI_Allreduce(const void* from, void* into, int count, MPI_Datatype type, MPI_Op operation, MPI_Comm comm) {
  ++counts()["MPI_Allreduce"];
  return PMPI_Allreduce(from, into, count, type, operation, comm);
}

int MPI_Iallreduce(const void* from, void* into, int count, MPI_Datatype type, MPI_Op operation, MPI_Comm comm,
                   MPI_Request* request) {
  ++counts()["MPI_Iallreduce"];
  return PMPI_Iallreduce(from, into, count, type, operation, comm, request);
}
}
// NOLINTEND(readability-identifier-naming)
