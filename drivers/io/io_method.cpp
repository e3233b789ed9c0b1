#include "drivers/io/io_method.hpp"

#include <fmt/format.h>

#include "drivers/base/bad_input.hpp"

namespace trafficbench {

void IoMethod::check_path(const std::string& path) const {
  // Those that take hints go through MPI-IO. ROMIO reads paths so, and which library it is nobody asks.
  if (!takes_hints || path.find(':') == std::string::npos) return;
  throw BadInput(fmt::format(
      "{} cannot take the path {}: MPI-IO reads what is before a ':' as the kind of a file system", name, path));
}

}  // namespace trafficbench
