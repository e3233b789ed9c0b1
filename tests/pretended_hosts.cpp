// A library to preload: a process's host is called what TRAFFICBENCH_HOST_NAME says, so that ranks of one machine stand
// on several nodes.
#include <cstddef>
#include <cstdlib>
#include <cstring>

extern "C" int gethostname(char* name, std::size_t size) noexcept {
  const char* pretended = std::getenv("TRAFFICBENCH_HOST_NAME");
  std::strncpy(name, pretended == nullptr ? "unnamed" : pretended, size);
  return 0;
}
