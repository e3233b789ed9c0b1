// What stands for parallel HDF5 in programs that have none.
#include "drivers/base/bad_input.hpp"
#include "drivers/io/io_method.hpp"

namespace trafficbench {

std::string why_no_hdf5() { return "this program was built without parallel HDF5"; }

std::string hdf5_version() { return {}; }

std::unique_ptr<IoFiles> make_hdf5_file(const IoTask& /*task*/, int /*owner*/) { throw BadInput(why_no_hdf5()); }

}  // namespace trafficbench
