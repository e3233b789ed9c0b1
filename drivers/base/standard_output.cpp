#include "drivers/base/standard_output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string>

#include "drivers/base/utf8.hpp"

namespace trafficbench {

namespace {

int own_output = STDOUT_FILENO;
int first_error = 0;

/// Byte for byte.
void write_error(std::string_view text) {
  // A reader that is only slow is waited for, once: one that has stopped would be waited for at every line.
  constexpr int kPatienceMs = 1000;
  static bool patient = true;
  while (!text.empty()) {
    pollfd ready{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    // A signal ends the wait too: writing then might be for ever.
    if (poll(&ready, 1, patient ? kPatienceMs : 0) <= 0) {
      patient = false;
      return;
    }
    // So much a pipe takes without waiting once it is ready.
    const ssize_t put = write(STDERR_FILENO, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

}  // namespace

// Sanitizers are not set up yet either.
__attribute__((no_sanitize("address", "thread", "undefined"))) void claim_standard_files() {
  static bool is_done = false;
  if (is_done) return;
  is_done = true;
  for (int file = STDIN_FILENO; file <= STDERR_FILENO; ++file) {
    if (syscall(SYS_fcntl, file, F_GETFD) >= 0) continue;
    // The lowest number that is free is taken: this one.
    if (syscall(SYS_openat, AT_FDCWD, "/dev/null", file == STDERR_FILENO ? O_WRONLY : O_RDONLY) != file) return;
  }
  // Not for programs that are started: a daemon of MPI's would keep a pipe open that others read to its end.
  const long own = syscall(SYS_fcntl, STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (own < 0 || syscall(SYS_dup3, STDERR_FILENO, STDOUT_FILENO, 0) < 0) return;
  own_output = static_cast<int>(own);
}

int own_standard_output() { return own_output; }

void print_out(std::string_view raw) {
  const std::string shown = printable(raw);
  std::string_view text = shown;
  while (!text.empty()) {
    const ssize_t put = write(own_output, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      if (first_error == 0) first_error = errno;
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

void say(std::string_view text) { write_error(printable(text)); }

void erase_line() { write_error("\r\033[K"); }

void print_error(const char* program, std::string_view text) {
  constexpr std::size_t kLongestLine = 1200;  // names of all that may be chosen among it
  if (!text.empty()) say(fmt::format("{}: {}\n", program, shortened(one_line(text), kLongestLine)));
}

void check_output() {
  if (first_error == EPIPE) throw OutputFailed("");
  if (first_error != 0) {
    throw OutputFailed(fmt::format("cannot write to standard output: {}", std::strerror(first_error)));
  }
}

}  // namespace trafficbench
