#include "drivers/base/other_program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <string_view>
#include <thread>

#include "drivers/base/files.hpp"
#include "drivers/base/wall_clock.hpp"

namespace trafficbench {

namespace {

constexpr std::size_t kLongestAnswer = 1 << 16;

/// How it is started: in a group of its own, so that what it has started ends with it, and with no signal held back.
class Start {
 public:
  explicit Start(int output) {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files_, output, STDERR_FILENO);
    posix_spawnattr_init(&attributes_);
    sigset_t signals{};
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigaddset(&signals, SIGPIPE);
    sigaddset(&signals, SIGXFSZ);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  Start(const Start&) = delete;
  Start& operator=(const Start&) = delete;
  ~Start() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&files_);
  }

  /// 0, or what went wrong as errno has it.
  int operator()(const std::vector<std::string>& words, pid_t& process) {
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    return posix_spawnp(&process, arguments[0], &files_, &attributes_, arguments.data(), environ);
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

/// Takes what comes until nobody writes any more. False if that is later than `end`.
bool take_all(int from, double end, std::string& text) {
  std::array<char, 4096> piece{};
  while (true) {
    pollfd waiting{.fd = from, .events = POLLIN, .revents = 0};
    const double left = std::ceil(1e3 * (end - wall_seconds()));
    if (left <= 0) return false;
    if (poll(&waiting, 1, static_cast<int>(left)) <= 0) continue;
    const ssize_t got = read(from, piece.data(), piece.size());
    if (got == 0 || (got < 0 && errno != EINTR)) return true;
    if (got > 0) text.append(piece.data(), std::min(static_cast<std::size_t>(got), kLongestAnswer - text.size()));
  }
}

/// Waits for its end. Nothing if that is later than `end`.
bool wait_for(pid_t process, double end, int& status) {
  status = 0;
  while (true) {
    const pid_t ended = waitpid(process, &status, WNOHANG);
    // Where somebody else takes the status of what has ended, it is not known.
    if (ended == process || (ended < 0 && errno == ECHILD)) return true;
    if (wall_seconds() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

std::string first_line_of(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

Answer ask_program(const std::vector<std::string>& words, double seconds) {
  const std::string& name = words.front();
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return {.text = {}, .problem = fmt::format("{} cannot be started: {}", name, system_text())};
  }
  const Descriptor from(ends[0]);
  Descriptor to(ends[1]);
  pid_t process = 0;
  if (const int error = Start(to.get())(words, process); error != 0) {
    const std::string why = error == ENOENT ? fmt::format("there is no {} on the path", name)
                                            : fmt::format("{} cannot be started: {}", name, std::strerror(error));
    return {.text = {}, .problem = why};
  }
  to.close();
  Answer answer;
  const double end = wall_seconds() + seconds;
  int status = 0;
  if (!take_all(from.get(), end, answer.text) || !wait_for(process, end, status)) {
    kill(-process, SIGKILL);
    waitpid(process, &status, 0);
    answer.problem = fmt::format("{} takes longer than {:g} s", name, seconds);
  } else if (WIFSIGNALED(status)) {
    answer.problem = fmt::format("{} was ended by signal {}", name, WTERMSIG(status));
  } else if (WEXITSTATUS(status) != 0) {
    answer.problem = fmt::format("{} ended with status {}: {}", name, WEXITSTATUS(status), first_line_of(answer.text));
  }
  return answer;
}

}  // namespace trafficbench
