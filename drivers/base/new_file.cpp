#include "drivers/base/new_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>
#include <utility>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/checksum.hpp"
#include "drivers/base/standard_output.hpp"

namespace trafficbench {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPartial = ".partial";

/// The host as a part of a file's name.
std::string own_host() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  std::string host = name.data();
  std::ranges::replace_if(
      host, [](unsigned char letter) { return std::isalnum(letter) == 0; }, '_');
  constexpr std::size_t kMaxLetters = 40;
  return host.empty() ? "unknown" : host.substr(0, kMaxLetters);
}

/// What the names of an unfinished file begin with: the file's own name, as far as names may be long.
std::string stem_of(const std::string& path) {
  constexpr std::size_t kMaxLetters = 180;
  std::string file = fs::path(path).filename().string();
  if (file.size() <= kMaxLetters) return file;
  return fmt::format("{}~{:016x}", file.substr(0, kMaxLetters), checksum(file));
}

fs::path folder_of(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  return folder.empty() ? "." : folder;
}

/// The host in the name of an unfinished file of that stem; empty for any other name.
std::string host_of_unfinished(const std::string& name, const std::string& stem) {
  if (!name.starts_with(stem + ".") || !name.ends_with(kPartial)) return {};
  const std::size_t begin = stem.size() + 1;
  if (name.size() < begin + kPartial.size()) return {};
  const std::string middle = name.substr(begin, name.size() - begin - kPartial.size());
  const std::size_t dot = middle.find('.');
  if (dot == std::string::npos || dot + 1 == middle.size()) return {};
  if (middle.find_first_not_of("0123456789_", dot + 1) != std::string::npos) return {};
  return middle.substr(0, dot);
}

/// Held while a name is claimed, so that of two programs that begin at once one sees the other's file. Where folders
/// cannot be locked, what is published last finds the name taken.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& folder) : folder_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    constexpr int kTries = 200;
    constexpr auto kPause = std::chrono::milliseconds(10);
    for (int i = 0; i < kTries && flock(folder_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK; ++i) {
      std::this_thread::sleep_for(kPause);
    }
  }

 private:
  Descriptor folder_;
};

/// Looks at what other programs have begun and not finished of the same file. Throws BadInput if one is at work.
void look_at_others(const fs::path& folder, const std::string& path) {
  const std::string stem = stem_of(path);
  std::error_code error;
  const auto unknown = [&](const std::string& what, const std::string& why) {
    return BadInput(
        fmt::format("cannot tell whether another program is writing {}: {} cannot be read: {}", path, what, why));
  };
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string host = host_of_unfinished(entry.path().filename().string(), stem);
    if (host.empty()) continue;
    // To write, since NFS gives no lock otherwise.
    const Descriptor other(open(entry.path().c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!other.is_open()) {
      if (errno == ENOENT) continue;  // gone meanwhile
      throw unknown(entry.path().string(), system_text());
    }
    if (flock(other.get(), LOCK_EX | LOCK_NB) == 0) {
      if (host == own_host() && unlink(entry.path().c_str()) == 0) continue;
    } else if (errno == EWOULDBLOCK) {
      throw BadInput(fmt::format("another program is writing {}: it is called {} until it is complete", path,
                                 entry.path().string()));
    }
    print_error("trafficbench",
                fmt::format("note: {} was begun and not completed: remove it if nothing writes to it any more",
                            entry.path().string()));
  }
  if (error) throw unknown(folder.string(), error.message());
}

/// Whether the system call failed because this file system, or this system, has no such thing.
bool is_not_supported(int error) {
  return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP || error == EPERM || error == EMLINK;
}

/// Renames unless there is a file of the new name already (EEXIST).
bool rename_without_replacing(const std::string& from, const std::string& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (!is_not_supported(errno)) return false;
  if (link(from.c_str(), to.c_str()) == 0) return unlink(from.c_str()) == 0;
  if (!is_not_supported(errno)) return false;
  struct stat status {};
  if (lstat(to.c_str(), &status) == 0) {
    errno = EEXIST;
    return false;
  }
  return std::rename(from.c_str(), to.c_str()) == 0;
}

bool rename_to(const std::string& from, const std::string& to, bool replace) {
  return replace ? std::rename(from.c_str(), to.c_str()) == 0 : rename_without_replacing(from, to);
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = write(file, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put == 0) errno = EIO;
    if (put <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

}  // namespace

NewFile::NewFile(std::string path, bool replace) : path_(std::move(path)), replaces_(replace) {
  const fs::path folder = folder_of(path_);
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    throw BadInput(fmt::format("there is no folder {} to write into", folder.string()));
  }
  const FolderLock lock(folder);
  look_at_others(folder, path_);
  const fs::path stem = fs::path(path_).parent_path() / stem_of(path_);
  const std::string own = fmt::format("{}.{}.{}", stem.string(), own_host(), getpid());
  for (int again = 0; !file_.is_open(); ++again) {
    // One of that name that could not be removed: another process had this one's number.
    const std::string name = fmt::format("{}{}{}", own, again == 0 ? "" : fmt::format("_{}", again), kPartial);
    file_ = Descriptor(open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (file_.is_open()) {
      temporary_ = name;
    } else if (errno != EEXIST) {
      throw BadInput(fmt::format("cannot write {}: {}", path_, system_text()));
    }
  }
  // Not every file system has locks; one that has none is no reason to stop.
  flock(file_.get(), LOCK_EX | LOCK_NB);
}

NewFile::~NewFile() {
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void NewFile::fail() { throw WorkFailed(fmt::format("cannot write {}: {}", path_, system_text())); }

void NewFile::write(std::string_view text) {
  if (!write_all(file_.get(), text)) fail();
}

void NewFile::publish() {
  if (fsync(file_.get()) != 0) fail();
  // A network's file system may tell of a failed write when the file is closed; the lock is held until it has its name.
  const Descriptor lock(dup(file_.get()));
  if (!file_.close()) fail();
  const bool published = rename_to(temporary_, path_, replaces_);
  if (!published && errno == EEXIST && !replaces_) keep_aside();
  if (!published) fail();
  temporary_.clear();
  sync_folder_of(path_);
}

void NewFile::keep_aside() {
  // Under a name that no other program takes for a file that was left behind.
  constexpr int kTries = 1000;
  const std::string name = temporary_.substr(0, temporary_.size() - kPartial.size());
  std::string kept = name;
  for (int i = 1; !rename_without_replacing(temporary_, kept); ++i) {
    const bool is_taken = errno == EEXIST && i < kTries;
    kept = is_taken ? fmt::format("{}_{}", name, i) : temporary_;
    if (!is_taken) break;
  }
  temporary_.clear();
  throw WorkFailed(fmt::format("{} appeared while it was being made: this result is kept as {}", path_, kept));
}

void write_new_file(const std::string& path, bool replace, std::string_view text) {
  NewFile file(path, replace);
  file.write(text);
  file.publish();
}

void give_name(const std::string& from, const std::string& to, bool replace) {
  if (!rename_to(from, to, replace))
    throw WorkFailed(fmt::format("cannot write {}, this result is kept as {}: {}", to, from, system_text()));
  sync_folder_of(to);
}

void remove_or_name(const std::string& path) {
  if (unlink(path.c_str()) == 0 || errno == ENOENT) return;
  print_error("trafficbench", fmt::format("note: {} could not be removed: {}", path, system_text()));
}

void sync_folder_of(const std::string& path) {
  const Descriptor folder(open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open() || fsync(folder.get()) == 0 || is_not_supported(errno) || errno == EBADF) return;
  throw WorkFailed(fmt::format("{} is complete, but its name may not be on the disk: {}", path, system_text()));
}

void append_durably(int file, std::string_view text, const std::string& path) {
  if (!write_all(file, text) || fsync(file) != 0) {
    throw WorkFailed(fmt::format("cannot write {}: {}", path, system_text()));
  }
}

}  // namespace trafficbench
