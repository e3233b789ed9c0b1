#include "drivers/io/methods/shared_file.hpp"

#include "drivers/base/bad_input.hpp"

namespace trafficbench {

void SharedFile::open_to_write() {
  std::string failure;
  try {
    if (makes_) file_.make();
  } catch (const WorkFailed& failed) {
    failure = failed.what();
  }
  comm_.barrier();
  if (!failure.empty()) throw WorkFailed(failure);
  if (!makes_ && blocks_.count > 0) file_.open_to_write();
}

void SharedFile::open_to_read() {
  if (blocks_.count > 0) file_.open_to_read();
}

}  // namespace trafficbench
