// One file by MPI-IO, each rank in calls that all make together.
#include "drivers/io/methods/mpiio_file.hpp"

namespace trafficbench {

std::unique_ptr<IoFiles> make_collective_file(const IoTask& task, int owner) {
  static constexpr MpiIoCalls kCalls{
      .collective = true,
      .write = MPI_File_write_at_all,
      .read = MPI_File_read_at_all,
      .write_name = "MPI_File_write_at_all",
      .read_name = "MPI_File_read_at_all",
  };
  return std::make_unique<MpiIoFile>(task, owner, kCalls);
}

}  // namespace trafficbench
