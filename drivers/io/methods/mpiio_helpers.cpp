#include "drivers/io/methods/mpiio_helpers.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "drivers/base/files.hpp"
#include "drivers/io/file_system.hpp"

namespace trafficbench {

MpiHints::MpiHints(const Hints& hints) {
  if (hints.empty()) return;
  MPI_Info_create(&info_);
  for (const auto& [name, value] : hints) MPI_Info_set(info_, name.c_str(), value.c_str());
}

MpiHints::~MpiHints() {
  if (info_ != MPI_INFO_NULL) MPI_Info_free(&info_);
}

Hints hints_in_force(MPI_File file) {
  MPI_Info info = MPI_INFO_NULL;
  if (MPI_File_get_info(file, &info) != MPI_SUCCESS || info == MPI_INFO_NULL) return {};
  Hints hints;
  int count = 0;
  MPI_Info_get_nkeys(info, &count);
  for (int i = 0; i < count; ++i) {
    std::array<char, MPI_MAX_INFO_KEY + 1> key{};
    MPI_Info_get_nthkey(info, i, key.data());
    int length = 0;
    int is_there = 0;
    MPI_Info_get_valuelen(info, key.data(), &length, &is_there);
    std::string value(static_cast<std::size_t>(length) + 1, '\0');
    MPI_Info_get(info, key.data(), length, value.data(), &is_there);
    value.resize(std::min(value.find('\0'), value.size()));
    hints[key.data()] = value;
  }
  MPI_Info_free(&info);
  return hints;
}

std::string last_line_of(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  text = text.substr(text.rfind('\n') + 1);
  if (text.ends_with('\'') && std::ranges::count(text, '\'') % 2 != 0) text.pop_back();
  return text;
}

WorkFailed library_failure(const char* doing, const std::string& path, std::optional<std::int64_t> bytes,
                           const std::string& said, const Hints& hints) {
  WorkFailed failure(fmt::format("cannot {} {}: {}", doing, path, reason_for(path, bytes, said + suspicion_of(hints))));
  return failure;
}

void unlock_file(const std::string& path) {
  // Closing any descriptor of it does.
  const Descriptor any(open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

}  // namespace trafficbench
