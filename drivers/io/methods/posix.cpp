// One file, in which the road lies as it is.
#include "drivers/io/methods/shared_file.hpp"

namespace trafficbench {

std::unique_ptr<IoFiles> make_posix_file(const IoTask& task, int owner) {
  return std::make_unique<SharedFile>(*task.comm, PosixFile(task.path, task.direct, task.header_bytes),
                                      task.dealing.of(owner), owner == 0 && !task.is_made, 1);
}

}  // namespace trafficbench
