#include "drivers/base/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "drivers/base/bad_input.hpp"

namespace trafficbench {

namespace fs = std::filesystem;

namespace {

std::string system_text() { return std::strerror(errno); }

fs::path resolved(const std::string& path) {
  std::error_code error;
  const fs::path whole = fs::absolute(path, error);
  const fs::path canonical = fs::weakly_canonical(whole, error);
  return error ? whole.lexically_normal() : canonical;
}

}  // namespace

std::string text_of_file(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) throw BadInput(fmt::format("{} is a folder: name a file", path));
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw BadInput(fmt::format("{} cannot be read: {}", path, system_text()));
  std::ostringstream text;
  // An empty file gives nothing to put, which a stream takes for a failure.
  if (file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  if (file.bad() || !text) throw BadInput(fmt::format("{} cannot be read: {}", path, system_text()));
  return text.str();
}

bool plain_file_at(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status)) throw BadInput(fmt::format("{} is a folder: name a file", path));
  if (!fs::exists(status)) {
    if (!fs::is_symlink(fs::symlink_status(path, error))) return false;
    throw BadInput(fmt::format("{} is a link that leads nowhere: name another file", path));
  }
  if (!fs::is_regular_file(status)) throw BadInput(fmt::format("{} is not a plain file: name another", path));
  return true;
}

std::string partial_of(const std::string& path) { return path + ".partial"; }

void write_durably(int file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t put = write(file, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) throw BadInput(fmt::format("cannot write {}: {}", path, system_text()));
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  if (fsync(file) != 0) throw BadInput(fmt::format("cannot write {}: {}", path, system_text()));
}

void write_whole_file(const std::string& path, std::string_view text) {
  const std::string partial = partial_of(path);
  const int file = open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0666);
  if (file < 0) throw BadInput(fmt::format("cannot write {}: {}", partial, system_text()));
  try {
    write_durably(file, text, partial);
  } catch (...) {
    close(file);
    unlink(partial.c_str());
    throw;
  }
  close(file);
  if (std::rename(partial.c_str(), path.c_str()) != 0) {
    const std::string why = system_text();
    unlink(partial.c_str());
    throw BadInput(fmt::format("cannot write {}: {}", path, why));
  }
}

void check_writable(const std::string& path, Replace replace) {
  if (path.empty()) throw BadInput("the output file has no name");
  if (plain_file_at(path) && replace != Replace::all) {
    throw BadInput(fmt::format("{} exists: name another file, or allow it to be replaced with --force", path));
  }
  std::error_code error;
  fs::path folder = fs::path(path).parent_path();
  if (folder.empty()) folder = ".";
  if (!fs::is_directory(folder, error)) {
    throw BadInput(fmt::format("there is no folder {} to write into", folder.string()));
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    throw BadInput(fmt::format("cannot write into the folder {}: {}", folder.string(), system_text()));
  }
  const std::string partial = partial_of(path);
  if (plain_file_at(partial)) {
    if (replace != Replace::nothing) return;
    throw BadInput(fmt::format(
        "{} exists, which {} is called until it is complete: remove it, or allow it to be replaced with --force",
        partial, path));
  }
  // Permissions say nothing of root, nor of file systems that take no files: try, before the work is done.
  const int file = open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0666);
  if (file < 0) throw BadInput(fmt::format("cannot write {}: {}", path, system_text()));
  close(file);
  unlink(partial.c_str());
}

void check_apart(const std::vector<NamedFile>& files) {
  for (const NamedFile& one : files) {
    for (const NamedFile& other : files) {
      if (&one == &other || one.path.empty() || other.path.empty()) continue;
      if (resolved(one.path) == resolved(other.path)) {
        throw BadInput(fmt::format("{} and {} name the same file", one.option, other.option));
      }
      if (resolved(one.path) == resolved(partial_of(other.path))) {
        throw BadInput(fmt::format("{} {} is what the file of {} is called until it is complete: name another file",
                                   one.option, one.path, other.option));
      }
    }
  }
}

}  // namespace trafficbench
