// One file by MPI-IO, each rank in calls of its own.
#include "drivers/io/methods/mpiio_file.hpp"

namespace trafficbench {

std::unique_ptr<IoFiles> make_independent_file(const IoTask& task, int owner) {
  static constexpr MpiIoCalls kCalls{
      .collective = false,
      .write = MPI_File_write_at,
      .read = MPI_File_read_at,
      .write_name = "MPI_File_write_at",
      .read_name = "MPI_File_read_at",
  };
  return std::make_unique<MpiIoFile>(task, owner, kCalls);
}

}  // namespace trafficbench
