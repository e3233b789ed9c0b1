#include "drivers/base/standard_output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <string>

#include "drivers/base/utf8.hpp"

namespace trafficbench {

namespace {
int first_error = 0;

void keep_error() {
  if (first_error == 0) first_error = errno;
}
}  // namespace

void claim_standard_files() {
  for (const int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(file, F_GETFD) >= 0) continue;
    // The lowest number that is free is taken: this one.
    if (open("/dev/null", file == STDERR_FILENO ? O_WRONLY : O_RDONLY) != file) return;
  }
}

void print_out(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) keep_error();
}

void say(std::string_view text) {
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

void print_error(const char* program, std::string_view text) {
  if (!text.empty()) say(fmt::format("{}: {}\n", program, one_line(text)));
}

void check_output() {
  if (std::fflush(stdout) != 0) keep_error();
  if (first_error == EPIPE) throw OutputFailed("");
  if (first_error != 0 || std::ferror(stdout) != 0) {
    throw OutputFailed(fmt::format("cannot write to standard output: {}",
                                   first_error != 0 ? std::strerror(first_error) : "some of it was lost"));
  }
}

}  // namespace trafficbench
