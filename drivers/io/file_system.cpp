#include "drivers/io/file_system.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "drivers/base/bad_input.hpp"
#include "drivers/base/files.hpp"
#include "drivers/base/mounts.hpp"
#include "drivers/base/positioned_io.hpp"

namespace trafficbench {

namespace {

/// Takes type and mount point from the longest that the folder is within; of equal ones the last lies on top.
void look_up_mount(const std::string& folder, FileSystem& found) {
  const char* const pretended = std::getenv("TRAFFICBENCH_MOUNTINFO");
  for (const Mount& mount : read_mounts(pretended != nullptr ? pretended : "/proc/self/mountinfo")) {
    if (!is_within(folder, mount.point) || mount.point.size() < found.mount_point.size()) continue;
    found.mount_point = mount.point;
    found.type = mount.type;
  }
}

}  // namespace

void check_free_bytes(const FileSystem& system, std::int64_t bytes, const char* advice) {
  if (system.free_bytes >= bytes) return;
  throw BadInput(fmt::format("{} bytes are to be written into {}, and {} are free there: {}", bytes, system.folder,
                             system.free_bytes, advice));
}

FileSystem file_system_of(const std::string& folder) {
  FileSystem found{.folder = folder, .type = {}, .mount_point = {}};
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::canonical(folder, error);
  struct statfs status {};
  if (error || !std::filesystem::is_directory(whole, error) || statfs(folder.c_str(), &status) != 0) {
    throw BadInput(fmt::format("there is no folder {} to write into", folder));
  }
  found.free_bytes = static_cast<std::int64_t>(status.f_bavail) * static_cast<std::int64_t>(status.f_bsize);
  look_up_mount(whole.string(), found);
  if (found.type.empty()) found.type = fmt::format("0x{:x}", static_cast<std::uint64_t>(status.f_type));
  if (found.mount_point.empty()) found.mount_point = "unknown";
  return found;
}

void drop_from_cache(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (file.is_open()) posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
}

std::optional<double> part_in_cache(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (!file.is_open() || fstat(file.get(), &status) != 0 || status.st_size == 0) return {};
  const auto page = static_cast<std::int64_t>(sysconf(_SC_PAGESIZE));
  // A part of the file at a time: it may be longer than the memory.
  const std::int64_t part = page << 18;
  std::vector<unsigned char> pages(static_cast<std::size_t>(part / page));
  std::int64_t resident = 0;
  for (std::int64_t at = 0; at < status.st_size; at += part) {
    const auto bytes = static_cast<std::size_t>(std::min<std::int64_t>(part, status.st_size - at));
    void* const mapped = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file.get(), at);
    if (mapped == MAP_FAILED) return {};
    const bool is_known = mincore(mapped, bytes, pages.data()) == 0;
    munmap(mapped, bytes);
    if (!is_known) return {};
    const auto end = pages.begin() + (static_cast<std::int64_t>(bytes) + page - 1) / page;
    resident += std::count_if(pages.begin(), end, [](unsigned char flags) { return (flags & 1) != 0; });
  }
  const std::int64_t all = (status.st_size + page - 1) / page;
  return static_cast<double>(resident) / static_cast<double>(all);
}

std::string reason_for(const std::string& path, std::optional<std::int64_t> bytes, const std::string& said) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  struct stat status {};
  const auto is_gone = [&](const std::string& name) { return stat(name.c_str(), &status) != 0 && errno == ENOENT; };
  if (!folder.empty() && is_gone(folder)) return fmt::format("the folder {} is not there any more", folder);
  if (!bytes) return said;
  if (is_gone(path)) return "it is not there any more";
  return status.st_size < *bytes ? ends_early(status.st_size, *bytes) : said;
}

}  // namespace trafficbench
