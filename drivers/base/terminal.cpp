#include "drivers/base/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "drivers/base/standard_output.hpp"

namespace trafficbench {

namespace {
// What a terminal has that does not say.
constexpr std::size_t kUsual = 80;
}  // namespace

std::optional<std::size_t> terminal_columns(int file) {
  const char* const told =
      std::getenv(file == STDOUT_FILENO ? "TRAFFICBENCH_STDOUT_COLUMNS" : "TRAFFICBENCH_STDERR_COLUMNS");
  if (told != nullptr && *told != '\0') {
    const long columns = std::strtol(told, nullptr, 10);
    return columns > 0 ? std::optional(static_cast<std::size_t>(columns)) : std::nullopt;
  }
  const int reached = file == STDOUT_FILENO ? own_standard_output() : file;
  if (isatty(reached) == 0) return std::nullopt;
  winsize size{};
  if (ioctl(reached, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  // Open MPI gives each rank a terminal without a size, whatever is at its own ends.
  if (std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr) return std::nullopt;
  return kUsual;
}

bool can_rewrite_lines() {
  const char* const terminal = std::getenv("TERM");
  return terminal != nullptr && *terminal != '\0' && std::string_view(terminal) != "dumb";
}

std::string wrapped(const std::string& text, std::size_t columns, std::size_t indent) {
  std::string lines;
  std::size_t begin = 0;
  std::size_t room = columns;
  while (text.size() - begin > room) {
    std::size_t end = text.rfind(' ', begin + room);
    if (end == std::string::npos || end <= begin) end = text.find(' ', begin + room);
    if (end == std::string::npos) break;
    lines += text.substr(begin, end - begin) + "\n" + std::string(indent, ' ');
    begin = end + 1;
    room = std::max<std::size_t>(columns - std::min(columns, indent), 1);
  }
  return lines + text.substr(begin);
}

}  // namespace trafficbench
