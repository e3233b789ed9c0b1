// A library to preload: makes the n-th call of one kind fail, of the calls on files in one folder. MPI, hwloc and libc
// keep their files elsewhere, and are left alone.
//
//   FAILING_FOLDER   absolute path
//   FAILING_CALL     open direct read pread write pwrite fsync ftruncate close rename link unlink (direct is an open
//                    with O_DIRECT; renameat2 is a rename; preadv and pwritev, which Open MPI takes, are a pread and a
//                    pwrite)
//   FAILING_NTH      from 1 on; 0: none, they are only counted
//   FAILING_ERROR    number, as errno has it; 0: the call does half of its work
//   FAILING_RANK     of the rank that it is to happen to; unset: any
//   FAILING_DELAY    milliseconds that each of these calls takes longer; unset: 0
//   FAILING_LOG      gets a letter for each call that was counted
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>

namespace {

enum class Fate { happens, fails, is_cut_short };

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool is_in_folder(std::string_view path) {
  const std::string_view folder = variable("FAILING_FOLDER");
  if (!path.starts_with('/')) {
    std::array<char, PATH_MAX> here{};
    return getcwd(here.data(), here.size()) != nullptr && folder == here.data();
  }
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

bool is_this_rank() {
  const std::string_view wanted = variable("FAILING_RANK");
  for (const char* name : {"PMI_RANK", "OMPI_COMM_WORLD_RANK"}) {
    if (const std::string_view rank = variable(name); !rank.empty() && !wanted.empty()) return rank == wanted;
  }
  return true;
}

/// Counts the call, if it is one of those.
Fate fate_of(std::string_view call, std::string_view path) {
  static std::atomic<int> calls = 0;
  if (call != variable("FAILING_CALL") || !is_in_folder(path) || !is_this_rank()) return Fate::happens;
  const int number = ++calls;
  std::this_thread::sleep_for(std::chrono::milliseconds(std::atoi(std::string(variable("FAILING_DELAY")).c_str())));
  if (const std::string log(variable("FAILING_LOG")); !log.empty()) {
    const auto file = static_cast<int>(syscall(SYS_openat, AT_FDCWD, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600));
    syscall(SYS_write, file, ".", 1);
    syscall(SYS_close, file);
  }
  if (std::to_string(number) != variable("FAILING_NTH")) return Fate::happens;
  errno = std::atoi(std::string(variable("FAILING_ERROR")).c_str());
  return errno == 0 ? Fate::is_cut_short : Fate::fails;
}

Fate fate_of(std::string_view call, int file) {
  if (call != variable("FAILING_CALL")) return Fate::happens;
  std::array<char, PATH_MAX> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(file);
  if (readlink(link.c_str(), path.data(), path.size() - 1) < 0) return Fate::happens;
  // Pipes and sockets have names too, as "pipe:[7]".
  return path[0] == '/' ? fate_of(call, path.data()) : Fate::happens;
}

template <typename Function>
Function* original(Function* /*own*/, const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

template <typename Count>
Count part_of(Fate fate, Count size) {
  return fate == Fate::is_cut_short && size > 1 ? size / 2 : size;
}

int open_file(const char* path, int flags, mode_t mode) {
  if (fate_of((flags & O_DIRECT) != 0 ? "direct" : "open", path) == Fate::fails) return -1;
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return open_file(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return open_file(path, flags | O_LARGEFILE, mode);
}

ssize_t read(int file, void* to, size_t size) {
  static auto* const real = original(read, "read");
  const Fate fate = fate_of("read", file);
  return fate == Fate::fails ? -1 : real(file, to, part_of(fate, size));
}

ssize_t pread(int file, void* to, size_t size, off_t at) {
  static auto* const real = original(pread, "pread");
  const Fate fate = fate_of("pread", file);
  return fate == Fate::fails ? -1 : real(file, to, part_of(fate, size), at);
}

ssize_t pread64(int file, void* to, size_t size, off64_t at) { return pread(file, to, size, at); }

ssize_t write(int file, const void* from, size_t size) {
  static auto* const real = original(write, "write");
  const Fate fate = fate_of("write", file);
  return fate == Fate::fails ? -1 : real(file, from, part_of(fate, size));
}

ssize_t pwrite(int file, const void* from, size_t size, off_t at) {
  static auto* const real = original(pwrite, "pwrite");
  const Fate fate = fate_of("pwrite", file);
  return fate == Fate::fails ? -1 : real(file, from, part_of(fate, size), at);
}

ssize_t pwrite64(int file, const void* from, size_t size, off64_t at) { return pwrite(file, from, size, at); }

ssize_t preadv(int file, const iovec* to, int count, off_t at) {
  static auto* const real = original(preadv, "preadv");
  const Fate fate = fate_of("pread", file);
  return fate == Fate::fails ? -1 : real(file, to, part_of(fate, count), at);
}

ssize_t preadv64(int file, const iovec* to, int count, off64_t at) { return preadv(file, to, count, at); }

ssize_t pwritev(int file, const iovec* from, int count, off_t at) {
  static auto* const real = original(pwritev, "pwritev");
  const Fate fate = fate_of("pwrite", file);
  return fate == Fate::fails ? -1 : real(file, from, part_of(fate, count), at);
}

ssize_t pwritev64(int file, const iovec* from, int count, off64_t at) { return pwritev(file, from, count, at); }

int fsync(int file) {
  static auto* const real = original(fsync, "fsync");
  return fate_of("fsync", file) == Fate::fails ? -1 : real(file);
}

int ftruncate(int file, off_t size) noexcept {
  static auto* const real = original(ftruncate, "ftruncate");
  return fate_of("ftruncate", file) == Fate::fails ? -1 : real(file, size);
}

int ftruncate64(int file, off64_t size) noexcept { return ftruncate(file, size); }

int close(int file) {
  static auto* const real = original(close, "close");
  const Fate fate = fate_of("close", file);
  const int error = errno;
  const int status = real(file);
  if (fate != Fate::fails) return status;
  errno = error;
  return -1;
}

int rename(const char* from, const char* to) noexcept {
  static auto* const real = original(rename, "rename");
  return fate_of("rename", from) == Fate::fails ? -1 : real(from, to);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  static auto* const real = original(renameat2, "renameat2");
  return fate_of("rename", from) == Fate::fails ? -1 : real(from_folder, from, to_folder, to, flags);
}

int link(const char* from, const char* to) noexcept {
  static auto* const real = original(link, "link");
  return fate_of("link", from) == Fate::fails ? -1 : real(from, to);
}

int unlink(const char* path) noexcept {
  static auto* const real = original(unlink, "unlink");
  return fate_of("unlink", path) == Fate::fails ? -1 : real(path);
}

}  // extern "C"
