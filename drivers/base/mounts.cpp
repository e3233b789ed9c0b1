#include "drivers/base/mounts.hpp"

#include <fstream>
#include <sstream>
#include <string_view>

namespace trafficbench {

namespace {

/// A path as it stands there: blanks and the like as \040.
std::string unescaped(std::string_view text) {
  std::string path;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto is_digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
    if (text[i] == '\\' && is_digit(i + 1) && is_digit(i + 2) && is_digit(i + 3)) {
      path += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      path += text[i];
    }
  }
  return path;
}

}  // namespace

std::vector<Mount> read_mounts(const std::filesystem::path& file) {
  std::vector<Mount> mounts;
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    // Number, parent, device, root, mount point, options, any number of fields, a dash, type, source, options.
    std::istringstream fields(line);
    std::string field;
    for (int i = 0; i < 3; ++i) fields >> field;
    std::string root;
    std::string point;
    fields >> root >> point;
    while (fields >> field && field != "-") continue;
    std::string type;
    if (!(fields >> type)) continue;
    std::string options;
    fields >> field >> options;
    mounts.push_back({unescaped(root), unescaped(point), std::move(type), std::move(options)});
  }
  return mounts;
}

bool is_within(const std::string& path, const std::string& folder) {
  return folder == "/" || (path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/'));
}

}  // namespace trafficbench
