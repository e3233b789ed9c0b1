// What stands for MPI-IO in programs that have none.
#include "drivers/base/bad_input.hpp"
#include "drivers/io/io_method.hpp"

namespace trafficbench {

std::string why_no_mpi_io() { return "this program was built without MPI-IO"; }

std::unique_ptr<IoFiles> make_independent_file(const IoTask& /*task*/, int /*owner*/) {
  throw BadInput(why_no_mpi_io());
}

std::unique_ptr<IoFiles> make_collective_file(const IoTask& /*task*/, int /*owner*/) {
  throw BadInput(why_no_mpi_io());
}

}  // namespace trafficbench
