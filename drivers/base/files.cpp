#include "drivers/base/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <utility>

#include "drivers/base/bad_input.hpp"

namespace trafficbench {

namespace fs = std::filesystem;

std::string system_text() { return std::strerror(errno); }

std::string absolute_path(const std::string& path) {
  std::error_code error;
  fs::path plain;
  for (const fs::path& part : fs::absolute(path, error)) {
    if (!part.empty() && part != ".") plain /= part;
  }
  return plain.string();
}

std::string canonical_path(const std::string& path) {
  std::error_code error;
  const fs::path whole = absolute_path(path);
  const fs::path canonical = fs::weakly_canonical(whole, error);
  return (error ? whole.lexically_normal() : canonical).string();
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    file_ = other.release();
  }
  return *this;
}

Descriptor::~Descriptor() { close(); }

bool Descriptor::close() {
  const int file = release();
  return file < 0 || ::close(file) == 0;
}

int Descriptor::release() { return std::exchange(file_, -1); }

Descriptor open_to_read(const std::string& path) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file.is_open() || fstat(file.get(), &status) != 0) {
    throw BadInput(fmt::format("{} cannot be read: {}", path, system_text()));
  }
  if (S_ISDIR(status.st_mode)) throw BadInput(fmt::format("{} is a folder: name a file", path));
  if (!S_ISREG(status.st_mode)) throw BadInput(fmt::format("{} is not a plain file: name another", path));
  return file;
}

std::string text_of_file(const std::string& path) {
  constexpr std::int64_t kMaxBytes = std::int64_t{512} << 20;
  const Descriptor file = open_to_read(path);
  struct stat status {};
  if (fstat(file.get(), &status) != 0) throw BadInput(fmt::format("{} cannot be read: {}", path, system_text()));
  const auto too_long = [&] {
    return BadInput(fmt::format("{} is longer than {} MiB: no report is", path, kMaxBytes >> 20));
  };
  if (status.st_size > kMaxBytes) throw too_long();
  std::string text;
  // Somebody may be writing to it: what counts is where it ends.
  for (ssize_t got = 1; got > 0;) {
    constexpr std::size_t kPiece = 1 << 20;
    const std::size_t done = text.size();
    if (std::cmp_greater(done, kMaxBytes)) throw too_long();
    text.resize(done + kPiece);
    do got = read(file.get(), text.data() + done, kPiece);
    while (got < 0 && errno == EINTR);
    if (got < 0) throw BadInput(fmt::format("{} cannot be read: {}", path, system_text()));
    text.resize(done + static_cast<std::size_t>(got));
  }
  return text;
}

bool plain_file_at(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status)) throw BadInput(fmt::format("{} is a folder: name a file", path));
  if (status.type() == fs::file_type::none) throw BadInput(fmt::format("cannot write {}: {}", path, error.message()));
  if (!fs::exists(status)) {
    if (!fs::is_symlink(fs::symlink_status(path, error))) return false;
    throw BadInput(fmt::format("{} is a symbolic link to a missing file: name another file", path));
  }
  if (!fs::is_regular_file(status)) throw BadInput(fmt::format("{} is not a plain file: name another", path));
  return true;
}

void check_free(const std::string& path, bool replace) {
  if (path.empty()) throw BadInput("the output file has no name");
  if (plain_file_at(path) && !replace) {
    throw BadInput(fmt::format("{} exists: name another file, or allow it to be replaced with --force", path));
  }
  // The journal of a sweep under way has a name like any other file.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (file.is_open() && flock(file.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    throw BadInput(fmt::format("another program is writing to {}", path));
  }
}

void check_apart(const std::vector<NamedFile>& files) {
  for (const NamedFile& one : files) {
    for (const NamedFile& other : files) {
      if (&one == &other || one.path.empty() || other.path.empty()) continue;
      if (canonical_path(one.path) == canonical_path(other.path)) {
        throw BadInput(fmt::format("{} and {} name the same file", one.option, other.option));
      }
    }
  }
}

}  // namespace trafficbench
