#include "drivers/base/positioned_io.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "drivers/base/files.hpp"

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

std::string read_at(int file, std::int64_t at, std::int64_t bytes, void* to) {
  auto* next = static_cast<char*>(to);
  while (bytes > 0) {
    const ssize_t got = pread(file, next, static_cast<std::size_t>(bytes), at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_text();
    if (got == 0) {
      struct stat status {};
      return ends_early(fstat(file, &status) == 0 ? std::int64_t{status.st_size} : at, at + bytes);
    }
    next += got;
    at += got;
    bytes -= got;
  }
  return {};
}

std::string ends_early(std::int64_t bytes, std::int64_t expected) {
  return fmt::format("it ends at byte {}, and {} were expected", bytes, expected);
}

}  // namespace trafficbench
