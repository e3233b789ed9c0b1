#include "drivers/io/launch_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/numbers.hpp"
#include "drivers/base/standard_output.hpp"
#include "drivers/base/wall_clock.hpp"

namespace trafficbench {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kUnderWay = "trafficbench-io.";
constexpr std::string_view kKept = "trafficbench-io-kept.";
constexpr std::string_view kLock = "lock";

/// A name of a file under way or kept, in its parts.
struct Name {
  std::string launch;  ///< HOST.PROCESS; empty: it is no such name
  std::string host;
  std::string file;  ///< what comes behind: a number and more, or `lock`
};

Name parts_of(std::string_view name, std::string_view begin) {
  if (!name.starts_with(begin)) return {};
  name.remove_prefix(begin.size());
  const std::size_t host = name.find('.');
  const std::size_t process = name.find('.', host == std::string_view::npos ? host : host + 1);
  if (process == std::string_view::npos || host == 0) return {};
  const std::string_view number = name.substr(host + 1, process - host - 1);
  const std::string_view file = name.substr(process + 1);
  if (number.empty() || number.find_first_not_of("0123456789_") != std::string_view::npos) return {};
  const std::size_t digits = std::min(file.find_first_not_of("0123456789"), file.size());
  const bool is_file = digits > 0 && (digits == file.size() || file[digits] == '.');
  if (!is_file && file != kLock) return {};
  return {.launch = std::string(name.substr(0, process)),
          .host = std::string(name.substr(0, host)),
          .file = std::string(file)};
}

/// The names in a folder; those that can be read.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  return names;
}

/// What bears that name itself, no link followed.
bool is_own_plain_file(const fs::path& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid();
}

bool is_there(const fs::path& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0;
}

/// Whether nobody has removed it since it was opened.
bool has_name(const Descriptor& file) {
  struct stat status {};
  return fstat(file.get(), &status) == 0 && status.st_nlink > 0;
}

enum class Lock { taken, held, unknown };

/// Takes the lock of another launch, if it is free.
Lock take_lock(const fs::path& path, Descriptor& lock) {
  if (!is_own_plain_file(path)) return Lock::unknown;
  // To write, since NFS gives no lock otherwise.
  lock = Descriptor(open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!lock.is_open()) return Lock::unknown;
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return errno == EWOULDBLOCK ? Lock::held : Lock::unknown;
  return has_name(lock) ? Lock::taken : Lock::unknown;
}

/// What launches before this one have left among these names.
void clear_up(const fs::path& path, const std::string& folder, const std::string& host,
              const std::vector<std::string>& names) {
  std::map<std::string, std::vector<std::string>> launches;
  for (const std::string& name : names) {
    if (const Name parts = parts_of(name, kUnderWay); !parts.launch.empty()) launches[parts.launch].push_back(name);
  }
  std::size_t removed = 0;
  std::vector<std::string> left;
  for (const auto& [launch, files] : launches) {
    const fs::path lock_path = path / fmt::format("{}{}.{}", kUnderWay, launch, kLock);
    Descriptor lock;
    const Lock state = take_lock(lock_path, lock);
    if (state == Lock::held) continue;
    const bool is_ours = state == Lock::taken && launch.substr(0, launch.find('.')) == host;
    bool all_gone = true;
    for (const std::string& name : files) {
      if (path / name == lock_path) continue;
      if (is_ours && is_own_plain_file(path / name) && unlink((path / name).c_str()) == 0) {
        ++removed;
      } else if (is_there(path / name)) {  // else gone meanwhile
        left.push_back(name);
        all_gone = false;
      }
    }
    // Last, so that whoever is killed here leaves the rest to the next.
    if (is_ours && all_gone) unlink(lock_path.c_str());
  }
  if (removed > 0) {
    print_error("trafficbench",
                fmt::format("note: removed {} of a killed launch from {}", counted(removed, "file"), folder));
  }
  if (!left.empty()) {
    print_error("trafficbench", fmt::format("note: {} of other launches in {}, such as {}: remove them if nothing "
                                            "writes to them any more",
                                            counted(left.size(), "file"), folder, left.front()));
  }
}

}  // namespace

LaunchFiles::LaunchFiles(const std::string& path, const std::string& folder, std::string host) {
  if (host.empty()) host = "unknown";
  std::ranges::replace_if(
      host, [](unsigned char letter) { return std::isalnum(letter) == 0 && letter != '-'; }, '_');
  const std::vector<std::string> names = names_in(path);
  clear_up(path, folder, host, names);
  // Another process may have had this one's number, and have kept its files.
  std::set<std::string> taken;
  for (const std::string& name : names) {
    taken.insert(parts_of(name, kUnderWay).launch);
    taken.insert(parts_of(name, kKept).launch);
  }
  constexpr int kMostTries = 1000;
  for (int i = 0; i < kMostTries; ++i) {
    const std::string launch = fmt::format("{}.{}{}", host, getpid(), i == 0 ? "" : fmt::format("_{}", i));
    if (taken.contains(launch)) continue;
    stem_ = fmt::format("{}/{}{}", path, kUnderWay, launch);
    lock_ = Descriptor(open(lock_path().c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (!lock_.is_open() && errno == EEXIST) continue;
    if (!lock_.is_open()) throw BadInput(fmt::format("cannot write into {}: {}", folder, system_text()));
    // A launch that begins at the same time may take it for one that was left, hold it for a moment, and remove it.
    bool is_held = true;
    for (int wait = 0; wait < kMostTries && is_held; ++wait) {
      is_held = flock(lock_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
      if (is_held) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (!is_held && has_name(lock_)) return;
  }
  throw BadInput(fmt::format("cannot write into {}: no name is free for this launch's files", folder));
}

LaunchFiles::~LaunchFiles() { leave(); }

std::string LaunchFiles::lock_path() const { return fmt::format("{}.{}", stem_, kLock); }

void LaunchFiles::leave() {
  if (!lock_.is_open()) return;
  const fs::path stem = stem_;
  const std::string begin = stem.filename().string() + ".";
  const auto has_files = [&] {
    return std::ranges::any_of(names_in(stem.parent_path()), [&](const std::string& name) {
      return name.starts_with(begin) && name != begin + std::string(kLock);
    });
  };
  constexpr double kPatience = 1;
  const double end = wall_seconds() + kPatience;
  bool are_left = has_files();
  for (; are_left && wall_seconds() < end; are_left = has_files()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  if (!are_left) unlink(lock_path().c_str());
  lock_.close();
}

std::string kept_name(const std::string& path) {
  const fs::path whole = path;
  const std::string name = whole.filename().string();
  return (whole.parent_path() / (std::string(kKept) + name.substr(kUnderWay.size()))).string();
}

}  // namespace trafficbench
