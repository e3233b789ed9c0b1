#include "drivers/io/io_method.hpp"

namespace trafficbench {

std::span<const IoMethod> io_methods() {
  static const IoMethod methods[] = {
      {.name = "serial",
       .summary = "gathered to rank 0, which writes one file and reads it",
       .make = make_serial_files,
       .one_plain_file = true,
       .read_by_writer = true,
       .can_be_direct = true},
      {.name = "process", .summary = "a file a rank", .make = make_process_files, .can_be_direct = true},
      {.name = "node",
       .summary = "one file per node, by pwrite and pread",
       .make = make_node_files,
       .can_be_direct = true},
      {.name = "posix",
       .summary = "one file, by pwrite and pread",
       .make = make_posix_file,
       .one_plain_file = true,
       .reads_alone = true,
       .can_be_direct = true},
      {.name = "mpiio-independent",
       .summary = "one file, by MPI_File_write_at and MPI_File_read_at",
       .make = make_independent_file,
       .one_plain_file = true,
       .takes_hints = true,
       .moves_alone = true,
       .may_hang = true,
       .why_not = why_no_mpi_io},
      {.name = "mpiio-collective",
       .summary = "one file, by MPI_File_write_at_all and MPI_File_read_at_all",
       .make = make_collective_file,
       .one_plain_file = true,
       .takes_hints = true,
       .may_hang = true,
       .why_not = why_no_mpi_io},
      {.name = "hdf5",
       .summary = "one file, by parallel HDF5 in collective calls",
       .make = make_hdf5_file,
       .takes_hints = true,
       .may_hang = true,
       // An H5Fclose that fails leaves behind what the library takes for an open file as MPI ends, and crashes on.
       .survives_failure = false,
       .library = "HDF5",
       .version = hdf5_version,
       // What the library keeps beside the road. Before the road there is a hole.
       .own_bytes = 64 << 10,
       .why_not = why_no_hdf5},
  };
  return methods;
}

}  // namespace trafficbench
