#include "drivers/base/positioned_io.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace trafficbench {

bool write_at(int file, std::int64_t at, std::int64_t bytes, const void* from) {
  const auto* next = static_cast<const char*>(from);
  while (bytes > 0) {
    const ssize_t put = pwrite(file, next, static_cast<std::size_t>(bytes), at);
    if (put < 0 && errno == EINTR) continue;
    if (put == 0) errno = EIO;
    if (put <= 0) return false;
    next += put;
    at += put;
    bytes -= put;
  }
  return true;
}

bool read_at(int file, std::int64_t at, std::int64_t bytes, void* to) {
  auto* next = static_cast<char*>(to);
  while (bytes > 0) {
    const ssize_t got = pread(file, next, static_cast<std::size_t>(bytes), at);
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) errno = EIO;
    if (got <= 0) return false;
    next += got;
    at += got;
    bytes -= got;
  }
  return true;
}

}  // namespace trafficbench
