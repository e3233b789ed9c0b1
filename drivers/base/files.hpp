// Files that a command reads or writes whole, and the names of those that it is to write. All throw BadInput.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace trafficbench {

/// The whole file.
std::string text_of_file(const std::string& path);

/// Whether a plain file bears that name. Throws for anything else that does: devices, folders, links that lead nowhere
/// would be lost, and --force speaks of files.
bool plain_file_at(const std::string& path);

/// What a file is called until it is complete.
std::string partial_of(const std::string& path);

/// Writes all of the text to an open file and waits until it is on the disk. `path` is what messages call the file.
void write_durably(int file, std::string_view text, const std::string& path);

/// Writes a file that appears complete, by a rename, or not at all.
void write_whole_file(const std::string& path, std::string_view text);

/// Whether what bears a file's name already may go.
enum class Replace {
  nothing,
  partial,  ///< a file that an earlier launch of this work did not complete, see partial_of
  all       ///< the file as well
};

/// Throws unless `path` can be written: its folder must exist and be writable, and nothing may bear its name, or that
/// of the file until it is complete, but plain files that may be replaced.
void check_writable(const std::string& path, Replace replace);

/// The same of a command with --force.
inline void check_writable(const std::string& path, bool force) {
  check_writable(path, force ? Replace::all : Replace::nothing);
}

/// A file that a command is to write.
struct NamedFile {
  std::string option;  ///< that names it, as "--save"
  std::string path;    ///< empty: not asked for
};

/// Throws if two of them are one file, however it is spelled, or one is what another is called until it is complete.
void check_apart(const std::vector<NamedFile>& files);

}  // namespace trafficbench
