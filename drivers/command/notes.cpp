#include "drivers/command/notes.hpp"

#include <fmt/format.h>

#include <string>

#include "drivers/base/standard_output.hpp"
#include "drivers/machine/placement.hpp"
#include "kernels/build.hpp"

namespace trafficbench {

void say_notes(Communicator& world) {
  const std::string quota = cpu_quota_note(world);
  const std::string doubt = doubt_of(world);
  if (world.rank() != 0) return;
  const auto note = [](const std::string& text) {
    if (!text.empty()) say(fmt::format("trafficbench: note: {}\n", text));
  };
  note(quota);
  note(doubt);
  if (!built_with_optimisation()) {
    note("this program was built without optimisation: its rates say little (-DCMAKE_BUILD_TYPE=Release)");
  }
}

}  // namespace trafficbench
